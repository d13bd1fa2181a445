package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversion in pieces, and folders of shards. */
class TensorOutputTest {
    /** More than one piece of a writer, and not a multiple of one. */
    private static final int ELEMENTS = 3 * 5 * (1 << 17);

    @TempDir
    Path folder;

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(ElementType.F16, ElementType.F32),
                Arguments.of(new GroupedInt8(60), ElementType.BF16),
                Arguments.of(BlockEncoding.Q8_0, new GroupedInt8(48)),
                Arguments.of(new GroupedInt8(5), BlockEncoding.Q8_0),
                Arguments.of(new GroupedInt8(60), new GroupedInt8(5)));
    }

    /** A large tensor, piece by piece, has the bytes that it has when it is encoded at once. */
    @ParameterizedTest
    @MethodSource("pairs")
    void piecesMakeTheWhole(Encoding stored, Encoding target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, ELEMENTS);
            for (int i = 0; i < ELEMENTS; i++) {
                floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 7919 % 10007 - 5000) / 4096f);
            }
            MemorySegment data = arena.allocate(stored.bytes(ELEMENTS));
            stored.encode(floats, ELEMENTS, data);
            StoredTensor source = new StoredTensor("t", stored, List.of((long) ELEMENTS), data);
            MemorySegment expected = arena.allocate(target.bytes(ELEMENTS));
            source.copyFloatsTo(floats);
            target.encode(floats, ELEMENTS, expected);
            Path path = folder.resolve("pieces");
            try (TensorChannel channel = TensorChannel.create(path)) {
                channel.write(new byte[3]);
                channel.write(TensorOutput.of(source, target));
                channel.write(new byte[] {42});
            }
            byte[] written = Files.readAllBytes(path);
            assertEquals(3 + expected.byteSize() + 1, written.length);
            assertEquals(
                    -1,
                    MemorySegment.ofArray(written)
                            .asSlice(3, expected.byteSize())
                            .mismatch(expected));
            assertEquals(42, written[written.length - 1]);
        }
    }

    private static List<TensorOutput> threeTensors() {
        return List.of(
                WeightSeeds.ramp("a", ElementType.F32, 4L),
                WeightSeeds.ramp("b", ElementType.BF16, 2L, 4L),
                WeightSeeds.ramp("c", ElementType.F16, 40L));
    }

    @Test
    void weightsThatFitOneShardAreOneFile() throws IOException {
        SafetensorsShards.write(folder, threeTensors(), Map.of("format", "pt"), 112);
        assertTrue(Files.exists(folder.resolve(Weights.FILE)));
        assertFalse(Files.exists(folder.resolve(Weights.INDEX)));
        try (Weights weights = Weights.open(folder)) {
            assertEquals(3, weights.tensors().size());
            assertEquals(Map.of("format", "pt"), weights.metadata());
        }
    }

    /** 16 and 16 bytes fit 40, 80 are more than a shard. */
    @Test
    void largerWeightsAreShards() throws IOException {
        SafetensorsShards.write(folder, threeTensors(), Map.of(), 40);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", Weights.INDEX),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertTrue(Files.readString(folder.resolve(Weights.INDEX)).contains("\"total_size\" : 112"));
        try (Weights weights = Weights.open(folder)) {
            assertEquals(WeightFormat.SAFETENSORS, weights.format());
            assertEquals(2, weights.files().size());
            assertEquals(List.of(2L, 4L), weights.tensor("b").shape());
            assertArrayEquals(
                    new float[] {0, 0.125f, 0.25f, 0.375f}, weights.tensor("a").toFloats());
            assertEquals(4.875f, weights.tensor("c").toFloats()[39]);
        }
    }
}
