package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.golden.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that other programs wrote. */
class RealFilesTest {
    private static final String STORIES = "data/weights/stories260K/";
    private static final String V0 = STORIES + "stories260K.bin";
    private static final String V1 = STORIES + "llama2zig_checkpoint_v1.bin";
    private static final String TYPESCRIPT = STORIES + "llama2ts_tinystories_260k_v1.bin";

    @TempDir
    Path folder;

    private static Map<String, int[]> bits(Weights weights) {
        Map<String, int[]> bits = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> {
            float[] floats = tensor.toFloats();
            int[] raw = new int[floats.length];
            Arrays.setAll(raw, i -> Float.floatToRawIntBits(floats[i]));
            bits.put(name, raw);
        });
        return bits;
    }

    /** The reference holds the weights under Meta's names. */
    @ParameterizedTest
    @CsvSource({V0 + ", V0", V1 + ", V1", TYPESCRIPT + ", TYPESCRIPT"})
    void storiesHasTheSameWeightsInItsThreeFormats(String name, String version) {
        Path reference = SharedData.of("data/reference/generated/stories260K_metanames_f32.safetensors");
        try (Weights expected = Weights.open(reference);
                Weights actual = Weights.open(SharedData.of(name))) {
            assertEquals(WeightFormat.LLAMA2_C, actual.format());
            assertEquals(version, actual.metadata().get("version"));
            assertEquals(172L, actual.metadata().get("hidden_dim"));
            assertEquals(true, actual.metadata().get("shared_classifier"));
            Map<String, int[]> values = bits(expected);
            values.remove("output.weight");
            assertEquals(values.keySet(), actual.tensors().keySet());
            bits(actual).forEach((tensor, raw) -> {
                assertArrayEquals(values.get(tensor), raw, tensor);
                assertEquals(
                        expected.tensor(tensor).shape(), actual.tensor(tensor).shape());
            });
        }
    }

    @Test
    void llama2TsHasTheTokensOfTheModel() {
        try (Weights weights = Weights.open(SharedData.of(TYPESCRIPT))) {
            List<?> tokens = (List<?>) weights.metadata().get(Llama2cFile.TOKENS);
            assertEquals(512, tokens.size());
            assertEquals(List.of("<unk>", "<s>", "</s>", "<0x00>"), tokens.subList(0, 4));
            assertEquals(512, ((List<?>) weights.metadata().get(Llama2cFile.SCORES)).size());
        }
    }

    /** V1 byte for byte; V0 but for the last place of RoPE's tables, which were computed in 32 bits. */
    @Test
    void writesStoriesAsItsExporterDid() throws IOException {
        Path written = folder.resolve("v1.bin");
        try (Llama2cFile file = Llama2cFile.open(SharedData.of(V1))) {
            Llama2cWriter.write(written, file.header(), file.tensors());
        }
        assertArrayEquals(Files.readAllBytes(SharedData.of(V1)), Files.readAllBytes(written));
        try (Llama2cFile file = Llama2cFile.open(SharedData.of(V0))) {
            Llama2cWriter.write(written, file.header(), file.tensors());
        }
        ByteBuffer expected =
                ByteBuffer.wrap(Files.readAllBytes(SharedData.of(V0))).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer actual = ByteBuffer.wrap(Files.readAllBytes(written)).order(ByteOrder.LITTLE_ENDIAN);
        int tables = expected.capacity() - 512 * 8 * Float.BYTES;
        assertEquals(expected.slice(0, tables), actual.slice(0, tables));
        assertEquals(expected.capacity(), actual.capacity());
        for (int at = tables; at < expected.capacity(); at += Float.BYTES) {
            assertEquals(expected.getFloat(at), actual.getFloat(at), 1e-4, "byte " + at);
        }
    }

    @Test
    void readsAGgufFileOfLlama() {
        Path path = SharedData.of("data/weights/llama2-tiny-random-gguf/llama-2-tiny-random.gguf");
        try (Weights weights = Weights.open(path)) {
            assertEquals(WeightFormat.GGUF, weights.format());
            assertEquals(12, weights.tensors().size());
            assertEquals(
                    List.of(32000L, 8L), weights.tensor("token_embd.weight").shape());
            assertEquals(ElementType.F16, weights.tensor("token_embd.weight").type());
            assertEquals(ElementType.F32, weights.tensor("output_norm.weight").type());
            assertEquals(
                    List.of(8L, 32L), weights.tensor("blk.0.ffn_down.weight").shape());
            assertEquals("llama", weights.metadata().get("general.architecture"));
            assertEquals(2L, weights.metadata().get("llama.attention.head_count"));
            assertEquals(32000, ((List<?>) weights.metadata().get("tokenizer.ggml.tokens")).size());
        }
    }

    @ParameterizedTest
    @CsvSource({"ggml-vocab-gpt-2.gguf, 50257, 50000", "ggml-vocab-llama-spm.gguf, 32000, 0"})
    void readsGgufFilesOfVocabulariesOnly(String name, int tokens, int merges) {
        try (Weights weights = Weights.open(SharedData.of("data/tokenizers/llama.cpp/" + name))) {
            assertEquals(0, weights.tensors().size());
            assertEquals(tokens, ((List<?>) weights.metadata().get("tokenizer.ggml.tokens")).size());
            Object found = weights.metadata().getOrDefault("tokenizer.ggml.merges", List.of());
            assertEquals(merges, ((List<?>) found).size());
        }
    }

    /** Files of hexadecimal text, and what reading them gives: tensors, or what the refusal says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cozy_gguf-v2-f32 | dense.weight F32[2]",
                "cozy_gguf-v3-q4-0 | quant.weight Q4_0[32]",
                "cozy_safetensors-two-tensors | a U8[3] b U8[5]",
                "cozy_safetensors-header-only | ''"
            })
    void readsTheFormatTests(String name, String tensors) throws IOException {
        try (Weights weights = Weights.open(bytesOf(name))) {
            assertEquals(
                    tensors,
                    String.join(
                            " ",
                            weights.tensors().values().stream()
                                    .map(StoredTensor::toString)
                                    .toList()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cozy_gguf-unknown-type | tensor future.weight that Quipu knows, found type 43",
                "cozy_gguf-unsupported-version | found version 4",
                "cozy_safetensors-gap | begins at 0",
                "cozy_safetensors-unknown-dtype | found F128",
            })
    void refusesTheFormatTests(String name, String expected) throws IOException {
        Path path = bytesOf(name);
        assertRefused(path, expected);
    }

    private Path bytesOf(String name) throws IOException {
        String hex =
                Files.readString(SharedData.of("data/formats/" + name + ".hex")).strip();
        return Files.write(folder.resolve(name), HexFormat.of().parseHex(hex));
    }

    /** A header without data; types of values that no release had; bytes after the last tensor; tokenizers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data/formats/weight-inspect_tiny.gguf | expected 32768 bytes of data",
                "data/formats/llama.cpp_test_writer.gguf | a type for the value of dict1",
                "data/formats/weight-inspect_tiny.safetensors | found 32773 bytes",
                "data/weights/stories260K/tok512.bin | found the bytes 07 00 00 00",
                "data/weights/stories260K/tok512.model | found the bytes 0a 0e 0a 05"
            })
    void refusesWhatIsDamagedOrNoWeights(String name, String expected) {
        assertRefused(SharedData.of(name), expected);
    }

    private static void assertRefused(Path path, String expected) {
        String message =
                assertThrows(QuipuException.class, () -> Weights.open(path)).getMessage();
        assertTrue(message.contains(expected) && message.contains(path.toString()), message);
        assertEquals(1, message.lines().count());
    }
}
