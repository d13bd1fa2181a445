package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ids and texts that SentencePiece itself, and projects that use its models, give. */
class ReferenceVectorsTest {
    private static final String LLAMA = "data/tokenizers/llama/tokenizer.model";

    private static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({
        LLAMA + ", data/reference/generated/sp_llama_vectors.jsonl.gz",
        "data/weights/stories260K/tok512.model, data/reference/generated/sp_tok512_vectors.jsonl.gz"
    })
    void idsAndTextsAreSentencePiecesOwn(String model, String vectors) throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(model));
        int texts = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(SharedData.of(vectors))), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode vector = JsonMapper.shared().readTree(line);
                String text = vector.path("text").stringValue();
                int[] expected = ids(vector.path("ids"));
                assertArrayEquals(expected, tokenizer.encode(text), text);
                assertEquals(vector.path("decoded").stringValue(), tokenizer.decode(expected), text);
                texts++;
            }
        }
        assertTrue(texts > 1000, texts + " texts");
    }

    @Test
    void idsAreLlama2cs() throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(LLAMA));
        Path file = SharedData.of("data/reference/generated/published_vectors.json");
        JsonNode published = JsonMapper.shared().readTree(Files.readString(file));
        for (JsonNode vector : published.path("llama_tokenizer_vectors")) {
            int[] expected = ids(vector.path("ids"));
            int[] encoded = tokenizer.encode(vector.path("text").stringValue());
            assertEquals(tokenizer.beginOfText().getAsInt(), expected[0]);
            assertArrayEquals(Arrays.copyOfRange(expected, 1, expected.length), encoded);
        }
    }

    @Test
    void idsAreLlamaCpps() throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(LLAMA));
        Path suite = SharedData.of("data/tokenizers/llama.cpp");
        String texts = Files.readString(suite.resolve("ggml-vocab-llama-spm.gguf.inp"));
        List<int[]> expected = new ArrayList<>();
        for (String line : Files.readAllLines(suite.resolve("ggml-vocab-llama-spm.gguf.out"))) {
            expected.add(line.isBlank()
                    ? new int[0]
                    : Arrays.stream(line.strip().split(" "))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        }
        String[] parts = texts.split("\n__ggml_vocab_test__\n");
        List<int[]> encoded = Arrays.stream(parts).map(tokenizer::encode).toList();
        IntStream.range(0, expected.size())
                .forEach(i -> assertArrayEquals(expected.get(i), encoded.get(i), parts[i]));
        assertEquals(parts.length, expected.size());
    }
}
