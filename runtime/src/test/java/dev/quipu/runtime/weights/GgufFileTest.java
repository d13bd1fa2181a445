package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {
    @TempDir
    Path folder;

    private static GgufFile read(byte[] bytes) {
        return GgufFile.read(MappedFile.of("a.gguf", MemorySegment.ofArray(bytes)));
    }

    /** Version 2 and 3, a 2 x 3 tensor and one after it, whose data the alignment moves to byte 32. */
    @ParameterizedTest
    @CsvSource({"2", "3"})
    void readsAFileMadeByHand(int version) {
        GgufBytes bytes =
                GgufBytes.of(version, 2, 1).text("general.name").int32(8).text("\u00e9");
        bytes.tensor("a", 0, 0, 3, 2).tensor("b", 1, 32, 1).align();
        for (int i = 0; i < 6; i++) {
            bytes.int32(Float.floatToRawIntBits(i));
        }
        try (GgufFile file = read(bytes.align().int8(0).int8(0x3c).toBytes())) {
            assertEquals(version, file.version());
            assertEquals(Map.of("general.name", "\u00e9"), file.metadata());
            assertEquals(List.of("a", "b"), new ArrayList<>(file.tensors().keySet()));
            assertEquals(List.of(2L, 3L), file.tensors().get("a").shape());
            assertArrayEquals(
                    new float[] {0, 1, 2, 3, 4, 5}, file.tensors().get("a").toFloats());
            assertArrayEquals(new float[] {1}, file.tensors().get("b").toFloats());
        }
    }

    static Stream<Arguments> damaged() {
        GgufBytes tooDeep = GgufBytes.of(3, 0, 1).text("k").int32(9);
        for (int i = 0; i < 100; i++) {
            tooDeep.int32(9).int64(1);
        }
        return Stream.of(
                Arguments.of("found GGML", new GgufBytes().raw("GGML").zeros(40)),
                Arguments.of("version 1", GgufBytes.of(1, 0, 0)),
                Arguments.of("version 4", GgufBytes.of(4, 0, 0)),
                Arguments.of("a big-endian one of version 3", GgufBytes.of(3 << 24, 0, 0)),
                Arguments.of("count of tensors", GgufBytes.of(3, 5, 0)),
                Arguments.of("count of tensors", GgufBytes.of(3, -1, 0)),
                Arguments.of("key-value pairs that fits", GgufBytes.of(3, 0, 1L << 40)),
                Arguments.of("8 bytes of the count", new GgufBytes().raw("GGUF").int32(3)),
                Arguments.of(
                        "a key of at most",
                        GgufBytes.of(3, 0, 1).int64(1L << 50).zeros(20)),
                Arguments.of(
                        "a type for the value of k",
                        GgufBytes.of(3, 0, 1).text("k").int32(13).zeros(9)),
                Arguments.of(
                        "a.b",
                        GgufBytes.of(3, 0, 1).text("a.b").int32(8).int64(9).zeros(8)),
                Arguments.of(
                        "in UTF-8",
                        GgufBytes.of(3, 0, 1).text("k").int32(8).int64(1).int8(0xFF)),
                Arguments.of("0 or 1", GgufBytes.of(3, 0, 1).text("k").int32(7).int8(2)),
                Arguments.of(
                        "keys that differ",
                        GgufBytes.of(3, 0, 2)
                                .text("k")
                                .int32(0)
                                .int8(1)
                                .text("k")
                                .int32(0)
                                .int8(1)),
                Arguments.of(
                        "number of elements",
                        GgufBytes.of(3, 0, 1).text("k").int32(9).int32(0).int64(99)),
                Arguments.of("nested at most 8", tooDeep),
                Arguments.of(
                        "a power of two",
                        GgufBytes.of(3, 0, 1).text("general.alignment").int32(4).int32(24)),
                Arguments.of(
                        "a power of two",
                        GgufBytes.of(3, 0, 1).text("general.alignment").int32(4).int32(0)),
                Arguments.of(
                        "a power of two",
                        GgufBytes.of(3, 0, 1).text("general.alignment").int32(5).int32(32)),
                Arguments.of(
                        "one of 3 parts",
                        GgufBytes.of(3, 0, 1).text("split.count").int32(0).int8(3)),
                Arguments.of(
                        "names that differ",
                        GgufBytes.of(3, 2, 0).tensor("t", 0, 0, 1).tensor("t", 0, 32, 1)),
                Arguments.of("at most 4 dimensions", tensor(0, 0, 1, 1, 1, 1, 1)),
                Arguments.of("sizes of 1 or more", tensor(0, 0, 1, 0)),
                Arguments.of("sizes of 1 or more", tensor(0, 0, -1)),
                Arguments.of("fits 64 bits", tensor(0, 0, 1L << 62, 8)),
                Arguments.of("fits 64 bits", tensor(0, 0, 1L << 62)),
                Arguments.of("found Q2_K", tensor(10, 0, 256)),
                Arguments.of("found IQ4_XS", tensor(23, 0, 256)),
                Arguments.of("found type 77", tensor(77, 0, 256)),
                Arguments.of("blocks of 32 elements for tensor t, Q8_0", tensor(8, 0, 16, 2)),
                Arguments.of("found offset 32", tensor(0, 32, 1).align().zeros(64)),
                Arguments.of("found offset 1", tensor(0, 1, 1).align().zeros(64)),
                Arguments.of("found a file of", tensor(0, 0, 2).align().zeros(7)),
                Arguments.of("found a file of", tensor(0, 0, 2)),
                Arguments.of("an end of the file", tensor(0, 0, 2).align().zeros(33)),
                Arguments.of("an end of the file", GgufBytes.of(3, 0, 0).zeros(100)));
    }

    private static GgufBytes tensor(int type, long offset, long... sizes) {
        return GgufBytes.of(3, 1, 0).tensor("t", type, offset, sizes);
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void refusesDamageInOneLine(String expected, GgufBytes bytes) {
        String message =
                assertThrows(QuipuException.class, () -> read(bytes.toBytes())).getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith("a.gguf"), message);
        assertFalse(message.contains("\n"), message);
    }

    /** Wherever a file ends too early, it is refused. */
    @Test
    void refusesEveryTruncation() {
        byte[] whole = WeightSeeds.gguf();
        read(whole).close();
        int dataEnd = whole.length - 48; // the padding after Q4_K's 144 bytes may be missing, as it holds nothing
        for (int length = 0; length < dataEnd; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(QuipuException.class, () -> read(cut), "cut at " + length);
        }
    }

    @Test
    void writesWhatItReads() throws IOException {
        Path path = Files.write(folder.resolve("a.gguf"), WeightSeeds.gguf());
        Path copy = folder.resolve("b.gguf");
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(WeightSeeds.everyValue(), file.values());
            assertEquals(64L, file.metadata().get("general.alignment"));
            assertEquals(new BigInteger("18446744073709551615"), file.metadata().get("u64"));
            assertEquals(
                    List.of(List.of(true, false), List.of()), file.metadata().get("nested"));
            assertEquals(List.of(2L, 3L, 1L, 1L), file.tensors().get("brain").shape());
            for (StoredTensor tensor : file.tensors().values()) {
                assertEquals(
                        0,
                        (tensor.data().address()
                                        - file.tensors().get("norm").data().address())
                                % 64);
            }
            GgufWriter.write(
                    copy, file.tensors().values().stream().map(TensorOutput::of).toList(), file.values());
        }
        assertArrayEquals(Files.readAllBytes(path), Files.readAllBytes(copy));
    }

    /** What is quantised when written is within half a step, the scale's rounding apart. */
    @Test
    void quantisesWhenItWrites() {
        try (GgufFile file = read(WeightSeeds.gguf())) {
            StoredTensor tensor = file.tensors().get("q8");
            assertEquals(BlockEncoding.Q8_0, tensor.type());
            float[] floats = tensor.toFloats();
            for (int i = 0; i < floats.length; i++) {
                float step = (i / 32 * 32 + 31) / 8f / 127;
                assertEquals(i / 8f, floats[i], step * 0.6, "element " + i);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"64, Q8_0, F32", "4x64, Q8_0, Q8_0", "4x65, Q8_0, F16", "4x65, F16, F16", "3, BF16, F32"})
    void vectorsStayFloatsAndRaggedRowsBecomeHalves(String shape, String wanted, String expected) {
        List<Long> sizes = Arrays.stream(shape.split("x")).map(Long::valueOf).toList();
        assertEquals(
                expected,
                GgufWriter.encodingFor(
                                sizes, GgmlType.valueOf(wanted).encoding().orElseThrow())
                        .name());
    }

    @Test
    void refusesToWriteWhatGgufCannotHold() {
        Path path = folder.resolve("c.gguf");
        SequencedMap<String, GgufValue> none = new LinkedHashMap<>();
        for (TensorOutput tensor : List.of(
                WeightSeeds.ramp("x".repeat(64), ElementType.F32, 1L),
                WeightSeeds.ramp("u", ElementType.U8, 1L),
                WeightSeeds.ramp("g", new GroupedInt8(4), 4L),
                WeightSeeds.ramp("five", ElementType.F32, 1L, 1L, 1L, 1L, 1L),
                WeightSeeds.ramp("empty", ElementType.F32, 0L),
                WeightSeeds.ramp("rows", BlockEncoding.Q8_0, 2L, 16L))) {
            assertThrows(QuipuException.class, () -> GgufWriter.write(path, List.of(tensor), none), tensor.name());
        }
        assertThrows(QuipuException.class, () -> WeightSeeds.ramp("ragged", BlockEncoding.Q8_0, 33L));
    }

    @Test
    void escapesAndShortensNamesInMessages() {
        byte[] bytes = GgufBytes.of(3, 1, 0)
                .tensor("a\nb\u2028" + "c".repeat(5000), 10, 0, 256)
                .toBytes();
        String message = assertThrows(QuipuException.class, () -> read(bytes)).getMessage();
        assertTrue(message.contains("a\\u000ab\\u2028ccc") && message.length() < 400, message);
        assertEquals(1, message.lines().count());
    }
}
