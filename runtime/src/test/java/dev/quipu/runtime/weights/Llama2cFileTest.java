package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class Llama2cFileTest {
    @TempDir
    Path folder;

    private static Llama2cFile read(byte[] bytes) {
        return Llama2cFile.read(MappedFile.of("a.bin", MemorySegment.ofArray(bytes)));
    }

    @ParameterizedTest
    @CsvSource({"V0,true", "V0,false", "V1,true", "V1,false", "V2,true", "V2,false"})
    void readsWhatItWrites(Llama2cVersion version, boolean shared) {
        Llama2cHeader header = WeightSeeds.header(version, shared);
        try (Llama2cFile file = read(WeightSeeds.llama2c(header))) {
            assertEquals(header, file.header());
            assertEquals(
                    List.of(8L, 24L, 2L, 2L, 1L, 5L, 3L, shared),
                    List.of(
                            file.metadata().get("dim"),
                            file.metadata().get("hidden_dim"),
                            file.metadata().get("n_layers"),
                            file.metadata().get("n_heads"),
                            file.metadata().get("n_kv_heads"),
                            file.metadata().get("vocab_size"),
                            file.metadata().get("max_seq_len"),
                            file.metadata().get("shared_classifier")));
            Map<String, TensorSource> sources = WeightSeeds.sources(header);
            assertEquals(sources.keySet(), file.tensors().keySet());
            assertEquals(
                    List.of(4L, 8L),
                    file.tensors().get("layers.1.attention.wk.weight").shape());
            assertEquals(
                    List.of(8L, 24L),
                    file.tensors().get("layers.0.feed_forward.w2.weight").shape());
            file.tensors().forEach((name, tensor) -> assertHolds(sources.get(name), tensor));
        }
    }

    private static void assertHolds(TensorSource source, StoredTensor tensor) {
        int count = (int) tensor.elements();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            source.copyFloatsTo(0, count, expected);
            float largest = expected.getAtIndex(ValueLayout.JAVA_FLOAT, count - 1);
            float error = tensor.type() == ElementType.F32 ? 0 : largest / 127;
            assertArrayEquals(expected.toArray(ValueLayout.JAVA_FLOAT), tensor.toFloats(), error, tensor.toString());
        }
    }

    /** A group by the export script's rule: scale 127 / 127, rounded to the nearest with ties to even. */
    @Test
    void quantisesGroupsAsTheExportScriptDoes() {
        GroupedInt8 encoding = new GroupedInt8(4);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats =
                    arena.allocateFrom(ValueLayout.JAVA_FLOAT, 127, 0.5f, 1.5f, -2.5f, 0, 0, 0, 0, -1, 0.5f, 0, 1);
            MemorySegment data = arena.allocate(encoding.bytes(12));
            encoding.encode(floats, 12, data);
            byte[] values = data.asSlice(0, 12).toArray(ValueLayout.JAVA_BYTE);
            assertArrayEquals(new byte[] {127, 0, 2, -2, 0, 0, 0, 0, -127, 64, 0, 127}, values);
            float[] scales = data.asSlice(12).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            assertArrayEquals(new float[] {1, 0, 1f / 127}, scales);
            encoding.decode(data, 8, 4, floats);
            assertEquals(-127 * (1f / 127), floats.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            floats.setAtIndex(ValueLayout.JAVA_FLOAT, 5, Float.NaN);
            assertThrows(QuipuException.class, () -> encoding.encode(floats, 12, data));
        }
    }

    @ParameterizedTest
    @CsvSource({"64,64", "288,32", "96,32", "4096,64", "6,2", "7,1"})
    void groupsAreHalvedUntilTheyDivideTheWidth(int dim, int expected) {
        assertEquals(expected, Llama2cHeader.groupSizeFor(dim));
    }

    @Test
    void readsTheVocabularyOfLlama2Ts() {
        try (Llama2cFile file = read(WeightSeeds.llama2ts())) {
            assertEquals(List.of("a", "b", "c", "d", "e"), file.metadata().get(Llama2cFile.TOKENS));
            assertEquals(List.of(0f, -1f, -2f, -3f, -4f), file.metadata().get(Llama2cFile.SCORES));
            // The first weight lies behind 256 bytes of header and 5 tokens of 9 bytes; the file holds its positions.
            assertEquals(256 + 45, file.tensors().get("tok_embeddings.weight").toFloats()[0]);
            assertEquals(List.of("feed_forward.w1", "feed_forward.w3", "feed_forward.w2"), feedForwardOrder(file));
        }
    }

    private static List<String> feedForwardOrder(Llama2cFile file) {
        return file.tensors().keySet().stream()
                .filter(name -> name.startsWith("layers.0.feed_forward"))
                .map(name -> name.substring("layers.0.".length(), name.length() - ".weight".length()))
                .toList();
    }

    /** Byte, 32-bit value and what the message has to say; V0's numbers begin at byte 0, those of V1 and V2 at byte 8. */
    @ParameterizedTest
    @CsvSource({
        "V0, 0, 16, bytes as the header asks",
        "V0, 0, 7, 2 heads in a width of 7",
        "V0, 0, 6, 2 heads in a width of 6",
        "V0, 8, 0, sizes",
        "V0, 8, -2, sizes",
        "V0, 16, 3, 3 key-value heads",
        "V0, 20, -2147483648, sizes",
        "V0, 20, -5, bytes as the header asks",
        "V0, 24, 2147483647, bytes as the header asks",
        "V1, 4, 3, found version 3",
        "V1, 4, 0, found version 0",
        "V1, 8, 2147483644, bytes can hold",
        "V1, 12, 2147483647, bytes as the header asks",
        "V1, 16, 2147483647, bytes as the header asks",
        "V1, 36, 2, 0 or 1",
        "V2, 37, 0, group size",
        "V2, 37, -8, group size",
        "V2, 37, 16, a group size that divides",
        "V2, 37, 2, bytes as the header asks"
    })
    void refusesHeadersThatCannotBe(Llama2cVersion version, int at, int value, String expected) {
        byte[] bytes = WeightSeeds.llama2c(WeightSeeds.header(version, true));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        String message = assertThrows(QuipuException.class, () -> read(bytes)).getMessage();
        assertTrue(message.replace("bytes,", "bytes").contains(expected), message);
        assertTrue(message.startsWith("a.bin") && !message.contains("\n"), message);
    }

    @ParameterizedTest
    @EnumSource
    void refusesEveryOtherSize(Llama2cVersion version) {
        byte[] whole = version == Llama2cVersion.TYPESCRIPT
                ? WeightSeeds.llama2ts()
                : WeightSeeds.llama2c(WeightSeeds.header(version, false));
        for (int length = 0; length < whole.length + 10; length++) {
            byte[] other = Arrays.copyOf(whole, length);
            if (length != whole.length) {
                assertThrows(QuipuException.class, () -> read(other), "length " + length);
            }
        }
    }

    @Test
    void refusesToWriteAnotherSetOfTensors() {
        Path path = folder.resolve("a.bin");
        Llama2cHeader header = WeightSeeds.header(Llama2cVersion.V1, true);
        Map<String, TensorSource> sources = new HashMap<>(WeightSeeds.sources(header));
        TensorSource norm = sources.remove("norm.weight");
        assertThrows(QuipuException.class, () -> Llama2cWriter.write(path, header, sources));
        sources.put("norm.weight", norm);
        sources.put("output.weight", norm);
        assertThrows(QuipuException.class, () -> Llama2cWriter.write(path, header, sources));
        assertThrows(
                QuipuException.class,
                () -> Llama2cWriter.write(path, WeightSeeds.header(Llama2cVersion.TYPESCRIPT, true), sources));
        try (Arena arena = Arena.ofConfined()) {
            sources.remove("output.weight");
            sources.put("norm.weight", StoredTensor.ofFloats("x", List.of(4L), arena.allocate(16)));
            assertThrows(QuipuException.class, () -> Llama2cWriter.write(path, header, sources));
        }
    }

    @Test
    void writesTheTablesOfRope() throws IOException {
        byte[] bytes = WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V0, true));
        int floats = 3 * 4 / 2;
        ByteBuffer tables =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(bytes.length - 2 * floats * Float.BYTES);
        float[] values = new float[2 * floats];
        tables.asFloatBuffer().get(values);
        for (int position = 0; position < 3; position++) {
            for (int pair = 0; pair < 2; pair++) {
                double angle = position * (pair == 0 ? 1 : 0.01);
                assertEquals((float) Math.cos(angle), values[position * 2 + pair]);
                assertEquals((float) Math.sin(angle), values[floats + position * 2 + pair]);
            }
        }
        assertFalse(values[floats + 2] == 0);
    }
}
