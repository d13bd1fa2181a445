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
import java.util.stream.Collectors;
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
            expected.add(
                    line.isBlank()
                            ? new int[0]
                            : Arrays.stream(line.strip().split(" "))
                                    .mapToInt(Integer::parseInt)
                                    .toArray());
        }
        String[] parts = texts.split("\n__ggml_vocab_test__\n");
        List<int[]> encoded = Arrays.stream(parts).map(tokenizer::encode).toList();
        IntStream.range(0, expected.size()).forEach(i -> assertArrayEquals(expected.get(i), encoded.get(i), parts[i]));
        assertEquals(parts.length, expected.size());
    }

    /** From SentencePiece's README and mistral-common's tests. */
    @ParameterizedTest
    @CsvSource({
        "sentencepiece/test_model.model, This is a test, 284 47 11 4 15 400",
        "sentencepiece/test_model.model, Hello world, 151 88 21 887",
        "mistral/tokenizer.model.v1, <s>[INST] a [/INST] b</s>[INST] c [/INST] d</s>,"
                + " 1 733 16289 28793 264 733 28748 16289 28793 287 2 733 16289 28793 277 733 28748 16289 28793 281 2",
        "mistral/mistral_instruct_tokenizer_240323.model.v3, <s>[INST]a[/INST]b</s>, 1 3 1032 4 1055 2"
    })
    void idsArePublishedOnes(String model, String text, String expected) {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/tokenizers/" + model));
        String ids = Arrays.stream(tokenizer.encodeWithSpecials(text))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" "));
        assertEquals(expected, ids);
    }

    /** Japanese and English through the rules of nmt_nfkc; the normalised text comes back. */
    @ParameterizedTest
    @CsvSource({
        "sentencepiece/test_ja_model.model, \u5409\u8F29\u306F\u732B\u3067\u3042\u308B\u3002",
        "sentencepiece/test_model.model, I saw a girl with a telescope.",
        "hf_fixtures/test_sentencepiece_bpe.model, This is a test",
        "hf_fixtures/test_sentencepiece_with_bytefallback.model, \u5409\u8F29 caf\u00E9 \uD83D\uDE00"
    })
    void textComesBack(String model, String text) {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/tokenizers/" + model));
        assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
        assertArrayEquals(tokenizer.encode(text), tokenizer.encode("\u3000" + text.replace(" ", "\u00A0 ") + "  "));
    }
}
