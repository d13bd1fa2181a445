package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerFolderTest {
    private static final int PIECES = 29;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeModel() {
        SmallModels.of(ModelType.BPE).model().write(folder.resolve("tokenizer.model"));
    }

    private Tokenizer with(String file, String content) throws IOException {
        Files.writeString(folder.resolve(file), content.replace('\'', '"'));
        return Tokenizer.load(folder);
    }

    private static String pieces(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::piece).collect(Collectors.joining(" "));
    }

    @Test
    void filesAreSavedAsTheyWere() throws IOException {
        Path saved = Files.createDirectory(folder.resolve("saved"));
        Tokenizer tokenizer = with("tokenizer_config.json", "{'add_bos_token' :  false, 'chat_template': '...'}");

        tokenizer.save(saved);

        for (String file : new String[] {"tokenizer.model", "tokenizer_config.json"}) {
            assertArrayEquals(Files.readAllBytes(folder.resolve(file)), Files.readAllBytes(saved.resolve(file)));
        }
        assertEquals(tokenizer.name(), Tokenizer.load(saved).name());
        assertFalse(Tokenizer.load(saved).beginsPrompts());
    }

    @Test
    void namesTellTheContent() throws IOException {
        String plain = Tokenizer.load(folder).name();
        assertEquals(plain, SmallModels.of(ModelType.BPE).tokenizer().name());
        assertNotEquals(plain, SmallModels.bytePairs().tokenizer().name());
        assertNotEquals(
                plain,
                with("tokenizer_config.json", "{'add_prefix_space': false}").name());
    }

    @Test
    void aModelAloneBeginsItsPrompts() {
        assertTrue(Tokenizer.load(folder).beginsPrompts());
        assertFalse(SentencePieceTokenizer.of(SmallModels.bytePairs().model(), false, Optional.of("{{}}"))
                .beginsPrompts());
    }

    @Test
    void flagsAreRespected() throws IOException {
        Tokenizer tokenizer = with(
                "tokenizer_config.json",
                "{'add_bos_token': false, 'add_eos_token': true, 'add_prefix_space': false, 'legacy': false,"
                        + " 'bos_token': null, 'eos_token': {'content': '<s>'}}");
        assertFalse(tokenizer.beginsPrompts());
        assertEquals(OptionalInt.empty(), tokenizer.beginOfText());
        assertEquals(OptionalInt.of(1), tokenizer.endOfText());
        assertEquals("the", pieces(tokenizer, tokenizer.encode("the")));
        assertEquals(" the", tokenizer.decode(tokenizer.encode(" the")));
    }

    @Test
    void aTextBehindASpecialTokenHasItsSpaceAsTheFolderSays() throws IOException {
        Tokenizer tokenizer = with("tokenizer_config.json", "{'legacy': false}");
        assertEquals("▁the </s> the", pieces(tokenizer, tokenizer.encodeWithSpecials("the</s>the")));
    }

    @Test
    void addedTokensAreFoundWhereAskedFor() throws IOException {
        Tokenizer tokenizer = with(
                "tokenizer_config.json",
                "{'eos_token': '<end>', 'added_tokens_decoder': {"
                        + "'0': {'content': '<unk>', 'special': true},"
                        + "'29': {'content': '<end>', 'special': true, 'rstrip': true},"
                        + "'30': {'content': '<endless>', 'special': false, 'lstrip': true}}}");
        assertEquals(PIECES + 2, tokenizer.vocabularySize());
        assertEquals(OptionalInt.of(29), tokenizer.endOfText());
        int[] ids = tokenizer.encodeWithSpecials("<s>the <end>  the <endless>in");
        assertEquals("<s> ▁the ▁ <end> ▁the <endless> ▁in", pieces(tokenizer, ids));
        assertEquals("the  the<endless> in", tokenizer.decode(ids));
        assertEquals("▁ <unk> e n <unk>", pieces(tokenizer, tokenizer.encode("<end>")));
    }

    @Test
    void endsOfWhatModelsWriteAreOfTheirGeneration() throws IOException {
        assertEquals(Set.of(2), Tokenizer.load(folder).endsOfText());
        assertEquals(
                Set.of(2, 7),
                with("generation_config.json", "{'eos_token_id': [7, 2]}").endsOfText());
        assertEquals(
                Set.of(2, 9),
                with("generation_config.json", "{'eos_token_id': 9}").endsOfText());
        assertThrows(QuipuException.class, () -> with("generation_config.json", "{'eos_token_id': 29}"));
    }

    @Test
    void chatTemplatesStandBeside() throws IOException {
        assertEquals(Optional.empty(), Tokenizer.load(folder).chatTemplate());
        assertEquals(
                Optional.of("a"),
                with("tokenizer_config.json", "{'chat_template': 'a'}").chatTemplate());
        assertEquals(
                Optional.of("b"),
                with(
                                "tokenizer_config.json",
                                "{'chat_template': [{'name': 'tool', 'template': 'x'},"
                                        + " {'name': 'default', 'template': 'b'}]}")
                        .chatTemplate());
        assertEquals(Optional.of("{{c}}"), with("chat_template.jinja", "{{c}}").chatTemplate());
        SentencePieceModel model = SmallModels.bytePairs().model();
        assertEquals(
                Optional.of("d"),
                SentencePieceTokenizer.of(model, true, Optional.of("d")).chatTemplate());
    }

    @Test
    void theNamesOfEndsMayStandInAMap() throws IOException {
        Tokenizer tokenizer = with("special_tokens_map.json", "{'eos_token': {'content': '<s>'}}");
        assertEquals(OptionalInt.of(1), tokenizer.endOfText());
    }

    @Test
    void aFileOfAnotherNameStandsAlone() throws IOException {
        with("tokenizer_config.json", "{'add_bos_token': false}");
        Path other = Files.copy(folder.resolve("tokenizer.model"), folder.resolve("other.model"));
        assertTrue(Tokenizer.of(other).beginsPrompts());
        assertFalse(Tokenizer.of(folder).beginsPrompts());
    }

    @Test
    void addedTokensMayStandInAFileOfTheirOwn() throws IOException {
        Tokenizer tokenizer = with("added_tokens.json", "{'<pad>': 30, '<end>': 29}");
        assertEquals(PIECES + 2, tokenizer.vocabularySize());
        assertEquals(OptionalInt.of(30), tokenizer.special("<pad>"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | expected JSON",
                "{\"add_bos_token\": 1} | expected \"add_bos_token\": true or false",
                "{\"eos_token\": \"<none>\"} | expected a special token of the vocabulary",
                "{\"eos_token\": 3} | expected a token's text",
                "{\"added_tokens_decoder\": {\"31\": {\"content\": \"x\"}}} | expected added tokens without a gap: 29",
                "{\"added_tokens_decoder\": {\"-1\": {\"content\": \"x\"}}} | expected the id of a token",
                "{\"added_tokens_decoder\": {\"29\": {\"content\": \"\"}}} | expected a token's text"
            })
    void whatCannotBeDoneIsRefused(String config, String expected) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        String message =
                assertThrows(QuipuException.class, () -> Tokenizer.load(folder)).getMessage();
        assertTrue(message.contains(expected), message);
    }
}
