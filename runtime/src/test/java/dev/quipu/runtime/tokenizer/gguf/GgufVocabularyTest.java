package dev.quipu.runtime.tokenizer.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceTokenizer;
import dev.quipu.runtime.weights.GgufValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufVocabularyTest {
    private static final String SUITE = "data/tokenizers/llama.cpp/ggml-vocab-";
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @TempDir
    Path folder;

    /** llama.cpp's own suite of texts, for the vocabularies in its files. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-spm", "gpt-2"})
    void idsAreThoseOfTheSuite(String name) throws IOException {
        Tokenizer tokenizer = Tokenizer.of(SharedData.of(SUITE + name + ".gguf"));
        List<String> texts = texts(name);
        List<int[]> ids = ids(name);
        assertEquals(texts.size(), ids.size());
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(ids.get(i), tokenizer.encode(texts.get(i)), "text " + i + ": " + texts.get(i));
            assertEquals(texts.get(i), tokenizer.decode(ids.get(i)), "text " + i);
        }
    }

    /** Written into metadata and read again, or saved in a folder and loaded, a tokenizer gives the same ids. */
    @ParameterizedTest
    @CsvSource({
        "tokenizers/llama.cpp/ggml-vocab-llama-spm.gguf",
        "tokenizers/llama.cpp/ggml-vocab-gpt-2.gguf",
        "tokenizers/llama/tokenizer.model",
        "tokenizers/mistral/tokenizer.model.v1",
        "weights/stories260K/tok512.model",
    })
    void roundTrip(String file) throws IOException {
        Tokenizer original = Tokenizer.of(SharedData.of("data/" + file));
        Tokenizer read = GgufVocabulary.read("a file", plain(original)).orElseThrow();
        original.save(folder);
        Tokenizer saved = Tokenizer.load(folder);
        assertEquals(original.beginsPrompts(), read.beginsPrompts());
        assertEquals(original.beginsPrompts(), saved.beginsPrompts());
        assertEquals(original.endOfText(), read.endOfText());
        assertEquals(original.beginOfText(), read.beginOfText());
        for (String text : texts("gpt-2")) {
            assertArrayEquals(original.encode(text), read.encode(text), text);
            assertArrayEquals(original.encode(text), saved.encode(text), text);
        }
    }

    @Test
    void aChatTemplateGoesAlong() throws IOException {
        SentencePieceTokenizer pieces =
                (SentencePieceTokenizer) Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.model"));
        Optional<String> template = Optional.of("{{ messages[0]['content'] }}");
        Tokenizer chatting = SentencePieceTokenizer.of(pieces.model(), false, template);
        Tokenizer read = GgufVocabulary.read("a file", plain(chatting)).orElseThrow();
        assertEquals(template, read.chatTemplate());
        read.save(folder);
        assertEquals(template, Tokenizer.load(folder).chatTemplate());
        assertFalse(Tokenizer.load(folder).beginsPrompts());
    }

    @Test
    void aFileWithoutVocabularyHasNone() {
        assertEquals(Optional.empty(), GgufVocabulary.read("a file", Map.of("general.architecture", "llama")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        model       | bert | llama or gpt2 under tokenizer.ggml.model, found bert
        pre         | tekken | found tekken
        bos_token_id | 99 | a token of 0 to 2 under tokenizer.ggml.bos_token_id, found 99
        bos_token_id | text | a token's id under tokenizer.ggml.bos_token_id, found text
        token_type  | 1 | a list under tokenizer.ggml.token_type, found 1
        """)
    void whatIsNotKnownIsRefusedByName(String key, String value, String message) {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of(
                "tokenizer.ggml.model",
                "gpt2",
                "tokenizer.ggml.pre",
                "gpt-2",
                "tokenizer.ggml.tokens",
                List.of("a", "b", "ab"),
                "tokenizer.ggml.merges",
                List.of("a b")));
        metadata.put("tokenizer.ggml." + key, value.matches("\\d+") ? Long.valueOf(value) : value);
        String found = assertThrows(QuipuException.class, () -> GgufVocabulary.read("a file", metadata))
                .getMessage();
        assertTrue(found.startsWith("a file: ") && found.contains(message), found);
    }

    private static Map<String, Object> plain(Tokenizer tokenizer) {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Map.Entry<String, GgufValue> entry :
                GgufVocabulary.write(tokenizer).entrySet()) {
            plain.put(entry.getKey(), entry.getValue().plain());
        }
        return plain;
    }

    private static List<String> texts(String name) throws IOException {
        String all = Files.readString(SharedData.of(SUITE + name + ".gguf.inp"));
        List<String> texts = Arrays.asList(all.split(SEPARATOR, -1));
        return all.endsWith(SEPARATOR) ? texts.subList(0, texts.size() - 1) : texts;
    }

    private static List<int[]> ids(String name) throws IOException {
        return Files.readAllLines(SharedData.of(SUITE + name + ".gguf.out")).stream()
                .map(line -> line.isBlank()
                        ? new int[0]
                        : Arrays.stream(line.strip().split("\\s+"))
                                .mapToInt(Integer::parseInt)
                                .toArray())
                .toList();
    }
}
