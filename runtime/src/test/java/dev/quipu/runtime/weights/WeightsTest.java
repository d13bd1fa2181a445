package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeTwoShards() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            for (int shard = 1; shard <= 2; shard++) {
                var data = arena.allocateFrom(ValueLayout.JAVA_FLOAT, shard, 10 * shard);
                SafetensorsWriter.write(
                        folder.resolve(shard + ".safetensors"),
                        List.of(StoredTensor.ofFloats("w" + shard, List.of(2L), data)),
                        Map.of());
            }
        }
    }

    @Test
    void opensTheShardsOfAnIndex() throws IOException {
        Files.writeString(
                folder.resolve(Weights.INDEX),
                "{\"metadata\":{},\"weight_map\":{\"w2\":\"2.safetensors\",\"w1\":\"1.safetensors\"}}");
        try (Weights weights = Weights.open(folder)) {
            assertEquals(Set.of("w1", "w2"), weights.tensors().keySet());
            assertArrayEquals(new float[] {2, 20}, weights.tensor("w2").toFloats());
            assertEquals(folder.resolve(Weights.INDEX), weights.path());
        }
    }

    @Test
    void opensOneFileOrTheFolderOfOne() throws IOException {
        try (Weights weights = Weights.open(folder.resolve("1.safetensors"))) {
            assertArrayEquals(new float[] {1, 10}, weights.tensor("w1").toFloats());
        }
        Files.move(folder.resolve("2.safetensors"), folder.resolve(Weights.FILE));
        try (Weights weights = Weights.open(folder)) {
            assertEquals(Set.of("w2"), weights.tensors().keySet());
            String message = assertThrows(QuipuException.class, () -> weights.tensor("w1"))
                    .getMessage();
            assertTrue(message.contains("w1") && message.contains(Weights.FILE), message);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{}",
                "{\"weight_map\":{}}",
                "{\"weight_map\":{\"w1\":1}}",
                "{\"weight_map\":{\"w1\":\"3.safetensors\"}}",
                "{\"weight_map\":{\"w3\":\"1.safetensors\"}}",
                "{\"weight_map\":{\"w1\":\"../1.safetensors\"}}"
            })
    void refusesADamagedIndex(String json) throws IOException {
        Files.writeString(folder.resolve(Weights.INDEX), json);
        assertThrows(QuipuException.class, () -> Weights.open(folder));
    }

    @Test
    void refusesAFolderWithoutWeights() {
        assertThrows(QuipuException.class, () -> Weights.open(folder));
    }
}
