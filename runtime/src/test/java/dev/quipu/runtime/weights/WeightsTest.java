package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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

    /** Names that a folder of weights has, and the one that is opened; nothing means a refusal. */
    @ParameterizedTest
    @CsvSource({
        "model.safetensors a.gguf consolidated.00.pth, model.safetensors",
        "consolidated.00.pth a.gguf, consolidated.00.pth",
        "pytorch_model.bin a.gguf, pytorch_model.bin",
        "a.gguf, a.gguf",
        "a.gguf b.gguf, ''",
        "consolidated.00.pth consolidated.01.pth, ''",
        "model.bin, ''"
    })
    void aFolderHasItsWeightsUnderACustomaryName(String names, String expected) throws IOException {
        Path weights = Files.createDirectory(folder.resolve("weights"));
        assertFalse(WeightFolder.holdsWeights(weights));
        for (String name : names.split(" ", 0)) {
            Files.createFile(weights.resolve(name));
        }
        if (expected.isEmpty()) {
            assertThrows(QuipuException.class, () -> WeightFolder.find(weights));
        } else {
            assertTrue(WeightFolder.holdsWeights(weights));
            assertEquals(weights.resolve(expected), WeightFolder.find(weights));
        }
    }

    static Stream<Arguments> formats() {
        return Stream.of(
                Arguments.of(WeightFormat.SAFETENSORS, WeightSeeds.safetensors()),
                Arguments.of(WeightFormat.GGUF, WeightSeeds.gguf()),
                Arguments.of(WeightFormat.LLAMA2_C, WeightSeeds.llama2ts()),
                Arguments.of(WeightFormat.LLAMA2_C, WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V0, false))),
                Arguments.of(WeightFormat.LLAMA2_C, WeightSeeds.llama2c(WeightSeeds.header(Llama2cVersion.V2, true))),
                Arguments.of(WeightFormat.PYTORCH, PyTorchFileTest.file("f(0;2;1)")));
    }

    /** The name says nothing: every file is called the same. */
    @ParameterizedTest
    @MethodSource("formats")
    void tellsTheFormatByTheContent(WeightFormat format, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("weights.bin"), bytes);
        try (Weights weights = Weights.open(file)) {
            assertEquals(format, weights.format());
            assertFalse(weights.tensors().isEmpty());
            assertEquals(weights.files().getFirst().metadata(), weights.metadata());
        }
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        String message =
                assertThrows(QuipuException.class, () -> Weights.open(file)).getMessage();
        assertTrue(message.contains(file.toString()), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GGU", "hello, this is a text and not a model at all, is it?"})
    void saysHowAFileOfNoKnownKindBegins(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("x.gguf"), text);
        String message =
                assertThrows(QuipuException.class, () -> Weights.open(file)).getMessage();
        assertTrue(
                message.contains(text.isEmpty() ? "an empty file" : text.equals("GGU") ? "47 47 55" : "68 65 6c"),
                message);
    }

    @Test
    void shardsMayHaveAnyFormat() throws IOException {
        Files.write(folder.resolve("a.bin"), PyTorchFileTest.file("EMPTY_DICT BINUNICODE:p f(0;2;1) SETITEM"));
        Path index = folder.resolve("pytorch_model.bin.index.json");
        Files.writeString(index, "{\"weight_map\":{\"p\":\"a.bin\",\"w1\":\"1.safetensors\"}}");
        try (Weights weights = Weights.open(folder)) {
            assertEquals(WeightFormat.SAFETENSORS, weights.format());
            assertArrayEquals(new float[] {0, 1}, weights.tensor("p").toFloats());
            assertArrayEquals(new float[] {1, 10}, weights.tensor("w1").toFloats());
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
                "{\"weight_map\":{\"w1\":\"../1.safetensors\"}}",
                "{\"weight_map\":{\"w1\":\"\\u0000\"}}"
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
