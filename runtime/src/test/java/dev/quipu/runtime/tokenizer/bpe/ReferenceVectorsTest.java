package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.GgufFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ids that the originals give. */
class ReferenceVectorsTest {
    private static final String SUITES = "data/tokenizers/llama.cpp/";
    private static final String LLAMA = "data/tokenizers/llama/hf_tokenizer.json";

    /** llama.cpp's texts for a vocabulary, with the ids that Hugging Face's tokenizer of that model gives. */
    private static void holdToSuite(Tokenizer tokenizer, String suite) throws IOException {
        String[] texts =
                Files.readString(SharedData.of(SUITES + suite + ".inp")).split("\n__ggml_vocab_test__\n", 0);
        List<String> lines = Files.readAllLines(SharedData.of(SUITES + suite + ".out"));
        assertEquals(lines.size(), texts.length);
        for (int i = 0; i < texts.length; i++) {
            int[] expected = Arrays.stream(lines.get(i).strip().split(" "))
                    .filter(id -> !id.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            assertArrayEquals(expected, tokenizer.encode(texts[i]), texts[i]);
            assertEquals(texts[i], tokenizer.decode(expected));
        }
    }

    @Test
    void gpt2sFilesGiveGpt2sIds() throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/tokenizers/cs336_bpe/gpt2_vocab.json"));
        holdToSuite(tokenizer, "ggml-vocab-gpt-2.gguf");
        assertEquals(50257, tokenizer.vocabularySize());
        assertEquals(OptionalInt.of(50256), tokenizer.endOfText());
        assertEquals("", tokenizer.decode(50256));
        assertArrayEquals(new int[] {50256}, tokenizer.encodeWithSpecials("<|endoftext|>"));
        assertEquals(7, tokenizer.encode("<|endoftext|>").length);
    }

    @Test
    void ggufsMetadataGivesTheSameIds() throws IOException {
        String name = "ggml-vocab-gpt-2.gguf";
        Map<String, Object> metadata;
        try (GgufFile file = GgufFile.open(SharedData.of(SUITES + name))) {
            metadata = file.metadata();
        }
        ByteLevelBpe vocabulary = new ByteLevelBpe(
                list(metadata, "tokens", String.class),
                list(metadata, "token_type", Long.class).stream()
                        .map(Long::intValue)
                        .toList(),
                list(metadata, "merges", String.class),
                (String) metadata.get("tokenizer.ggml.pre"),
                OptionalInt.empty(),
                OptionalInt.of(((Long) metadata.get("tokenizer.ggml.eos_token_id")).intValue()),
                Set.of(),
                Optional.empty(),
                Optional.empty());
        holdToSuite(vocabulary.tokenizer(), name);
    }

    private static <T> List<T> list(Map<String, Object> metadata, String key, Class<T> type) {
        return ((List<?>) metadata.getOrDefault("tokenizer.ggml." + key, List.of()))
                .stream().map(type::cast).toList();
    }

    @Test
    void llamasJsonGivesSentencePiecesIds() throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(LLAMA));
        Path vectors = SharedData.of("data/reference/generated/sp_llama_vectors.jsonl.gz");
        int texts = 0;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(vectors)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode vector = JsonMapper.shared().readTree(line);
                String text = vector.path("text").stringValue();
                int[] expected = StreamSupport.stream(vector.path("ids").spliterator(), false)
                        .mapToInt(JsonNode::intValue)
                        .toArray();
                assertArrayEquals(expected, tokenizer.encode(text), text);
                assertEquals(vector.path("decoded").stringValue(), tokenizer.decode(expected), text);
                texts++;
            }
        }
        assertTrue(texts > 1000, texts + " texts");
        holdToSuite(tokenizer, "ggml-vocab-llama-spm.gguf");
    }

    @Test
    void llamasJsonNamesItsTokens() {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(LLAMA));
        assertEquals(OptionalInt.of(1), tokenizer.beginOfText());
        assertEquals(OptionalInt.of(2), tokenizer.endOfText());
        assertTrue(tokenizer.beginsPrompts());
        // the added tokens of this file are looked for in the normalized text, which begins with a mark
        assertArrayEquals(new int[] {1, 12199, 2}, tokenizer.encodeWithSpecials("<s>hello </s>"));
        assertArrayEquals(new int[] {32000}, tokenizer.encode("|||EMAIL_ADDRESS|||"));
        assertEquals("|||EMAIL_ADDRESS||| hello", tokenizer.decode(1, 32000, 22172, 2));
        assertEquals("<0x0A>", tokenizer.piece(13));
    }

    /** Real text is cut in the same places whether it is read at once or in parts. */
    @Test
    void realTextIsItsParts() throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(LLAMA));
        String text = Files.readString(SharedData.of("data/corpora/tinyshakespeare.txt"));
        int middle = IntStream.range(text.length() / 2, text.length())
                .filter(at -> tokenizer.canCut(text, at))
                .findFirst()
                .orElseThrow();
        int[] parts = IntStream.concat(
                        IntStream.of(tokenizer.encode(text.substring(0, middle))),
                        IntStream.of(tokenizer.encodeContinuation(text.substring(middle))))
                .toArray();
        assertArrayEquals(tokenizer.encode(text), parts);
        assertEquals(text, tokenizer.decode(parts));
    }
}
