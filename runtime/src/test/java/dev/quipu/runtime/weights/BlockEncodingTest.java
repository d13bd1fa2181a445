package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockEncodingTest {
    /** A line of the file of blocks that ggml itself decoded or encoded. */
    record Line(String what, String blockDigits, String bitDigits) {
        byte[] block() {
            return HexFormat.of().parseHex(blockDigits);
        }

        int[] bits() {
            byte[] bytes = HexFormat.of().parseHex(bitDigits);
            int[] ints = new int[bytes.length / Integer.BYTES];
            ByteBuffer.wrap(bytes).asIntBuffer().get(ints);
            return ints;
        }

        @Override
        public String toString() {
            return what + " " + blockDigits.substring(0, 8);
        }
    }

    static Stream<Line> decoded() throws IOException {
        return lines().filter(line -> !line.what().equals("encode"));
    }

    static Stream<Line> encoded() throws IOException {
        return lines().filter(line -> line.what().equals("encode"));
    }

    private static Stream<Line> lines() throws IOException {
        try (InputStream text = BlockEncodingTest.class.getResourceAsStream("/weights/ggml-blocks.txt")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> line.split(" "))
                            .map(parts -> new Line(parts[0], parts[1], parts[2]))
                            .toList()
                            .stream();
        }
    }

    private static float[] decode(BlockEncoding encoding, byte[] blocks, long first, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            encoding.decode(MemorySegment.ofArray(blocks), first, count, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static byte[] encode(BlockEncoding encoding, float... values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(encoding.bytes(values.length));
            encoding.encode(arena.allocateFrom(ValueLayout.JAVA_FLOAT, values), values.length, data);
            return data.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void decodesTheBitsOfGgml(Line line) {
        BlockEncoding encoding = BlockEncoding.valueOf(line.what());
        assertEquals(line.block().length, encoding.bytes(line.bits().length));
        assertArrayEquals(line.bits(), bits(decode(encoding, line.block(), 0, line.bits().length)));
    }

    @ParameterizedTest
    @MethodSource("encoded")
    void encodesTheBytesOfGgml(Line line) {
        int[] bits = line.bits();
        float[] values = new float[bits.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bits[i]);
        }
        assertArrayEquals(line.block(), encode(BlockEncoding.Q8_0, values));
    }

    @Test
    void theFileHasEveryEncoding() throws IOException {
        Set<String> names =
                Arrays.stream(BlockEncoding.values()).map(Enum::name).collect(Collectors.toSet());
        assertEquals(names, decoded().map(Line::what).collect(Collectors.toSet()));
    }

    /** Blocks by hand: the scale is 1 (0x3c00) or 2 (0x4000), all other bytes zero but those given at their place. */
    @ParameterizedTest
    @CsvSource({
        "Q4_0, 0=00 1=3c 2=f7, 0, -1", // lower half of byte 0: element 0
        "Q4_0, 0=00 1=3c 2=f7, 16, 7", // upper half: element 16
        "Q4_1, 0=00 1=3c 2=00 3=40 4=f7, 16, 17",
        "Q5_0, 0=00 1=3c 2=01, 0, 0", // the fifth bit of element 0
        "Q5_0, 0=00 1=3c 5=80 21=f0, 31, 15",
        "Q5_1, 0=00 1=3c 2=00 3=40 5=01 16=01, 8, 19", // element 8: q = 17, m = 2
        "Q8_0, 0=00 1=40 33=ff, 31, -2",
        "Q4_K, 0=00 1=3c 2=00 3=3c 4=02 8=01 16=05, 0, 9", // scale 2, offset 1, q 5
        "Q4_K, 0=00 1=3c 4=c0 12=03 80=01, 128, 51", // part 4: scale 3 + 16 * 3, q 1
        "Q5_K, 0=00 1=3c 4=01 16=01 48=02, 0, 18",
        "Q6_K, 208=00 209=3c 192=02 0=01 128=02, 0, 2", // q = 33, minus 32, times 2
        "Q6_K, 208=00 209=3c 199=01 63=f0 159=c0, 127, 31" // half 0, run 3, last element
    })
    void decodesBlocksMadeByHand(BlockEncoding encoding, String bytes, int element, float expected) {
        byte[] block = new byte[(int) encoding.bytes(encoding.blockElements())];
        for (String byteAt : bytes.split(" ", 0)) {
            String[] parts = byteAt.split("=", 2);
            block[Integer.parseInt(parts[0])] = (byte) Integer.parseInt(parts[1], 16);
        }
        assertEquals(expected, decode(encoding, block, 0, encoding.blockElements())[element]);
    }

    @ParameterizedTest
    @EnumSource
    void rangesAreWhereTheyShouldBe(BlockEncoding encoding) throws IOException {
        List<Line> lines =
                decoded().filter(line -> line.what().equals(encoding.name())).toList();
        int size = encoding.blockElements();
        byte[] blocks = new byte[(int) encoding.bytes(2L * size)];
        System.arraycopy(lines.get(0).block(), 0, blocks, 0, blocks.length / 2);
        System.arraycopy(lines.get(1).block(), 0, blocks, blocks.length / 2, blocks.length / 2);
        assertArrayEquals(lines.get(1).bits(), bits(decode(encoding, blocks, size, size)));
        assertEquals(-1, encoding.bytes(size + 1));
    }

    @Test
    void refusesWhatQ80CannotHold() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e9f}) {
            float[] values = new float[32];
            values[3] = value;
            assertThrows(QuipuException.class, () -> encode(BlockEncoding.Q8_0, values));
        }
        float[] tiny = new float[32];
        tiny[0] = 1e-42f;
        assertArrayEquals(new byte[34], encode(BlockEncoding.Q8_0, tiny));
    }

    @Test
    void refusesToWriteWhatItOnlyReads() {
        String message = assertThrows(QuipuException.class, () -> encode(BlockEncoding.Q4_K, new float[256]))
                .getMessage();
        assertTrue(message.contains("Q4_K"), message);
    }
}
