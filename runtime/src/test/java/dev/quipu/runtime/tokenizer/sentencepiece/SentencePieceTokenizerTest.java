package dev.quipu.runtime.tokenizer.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tokenizer.sentencepiece.TrainerSpec.ModelType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentencePieceTokenizerTest {
    private static final Map<String, String> RULES = Map.of(
            "A", "a", "\u3000", " ", "\u00BD", "ab c", "\u200B", "", "a\u0301", "\u65E5", "\uFF01", "!", "Ae", "in");

    /** What the table below was made with: SentencePiece 0.2.1, {@code spm_encode --output_format=id}. */
    static Map<String, SmallModels> models() {
        ByteBuffer rules = SmallRules.of(RULES);
        SmallModels unigram = SmallModels.of(ModelType.UNIGRAM);
        return Map.ofEntries(
                Map.entry("bytes", SmallModels.bytePairs()),
                Map.entry("unknown", SmallModels.of(ModelType.BPE)),
                Map.entry("no space", SmallModels.bytePairs().withoutSpace()),
                Map.entry("removing", SmallModels.bytePairs().removingSpaces()),
                Map.entry("at end", SmallModels.of(ModelType.BPE).withSpaceAtEnd()),
                Map.entry("plain", SmallModels.of(ModelType.BPE).withPlainSpaces()),
                Map.entry(
                        "whole",
                        SmallModels.bytePairs()
                                .with("bc", SentencePiece.Type.USER_DEFINED)
                                .with("h A", SentencePiece.Type.USER_DEFINED)),
                Map.entry(
                        "unused",
                        SmallModels.bytePairs()
                                .with("the", SentencePiece.Type.UNUSED)
                                .with("aaaa", SentencePiece.Type.UNUSED)),
                Map.entry("equal", SmallModels.bytePairs().withScores(i -> -1)),
                Map.entry("rising", SmallModels.bytePairs().withScores(i -> i)),
                Map.entry(
                        "rules", SmallModels.of(ModelType.BPE).with(rules).with("A", SentencePiece.Type.USER_DEFINED)),
                Map.entry("rules removing", SmallModels.bytePairs().with(rules).removingSpaces()),
                Map.entry("unigram", unigram.removingSpaces()),
                Map.entry("unigram bytes", unigram.withByteFallback().with("aaaa", SentencePiece.Type.UNUSED)),
                Map.entry(
                        "unigram whole",
                        unigram.with("aab", SentencePiece.Type.USER_DEFINED).with("t", SentencePiece.Type.UNUSED)),
                Map.entry("unigram better", unigram.with("he", SentencePiece.Type.USER_DEFINED)),
                Map.entry("words", SmallModels.of(ModelType.WORD)),
                Map.entry("characters", SmallModels.of(ModelType.CHAR).with("in", SentencePiece.Type.USER_DEFINED)));
    }

    private static String pieces(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::piece).collect(Collectors.joining(" "));
    }

    @TestFactory
    Stream<DynamicTest> piecesAreSentencePieces() throws IOException {
        Map<String, SmallModels> models = models();
        Path table = Path.of("src/test/resources/sentencepiece/pieces.txt");
        return Files.readAllLines(Path.of(System.getProperty("quipu.root", ".."))
                        .resolve("runtime")
                        .resolve(table))
                .stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("\\|", -1))
                .map(row -> DynamicTest.dynamicTest(row[0] + ": " + row[1], () -> {
                    Tokenizer tokenizer = models.get(row[0]).tokenizer();
                    int[] ids = tokenizer.encode(row[1]);
                    assertEquals(row[2], pieces(tokenizer, ids));
                    assertEquals(row[3], tokenizer.decode(ids));
                }));
    }

    /** Texts of the models' own characters and a few others, with much repetition. */
    private static String randomText(SplittableRandom random) {
        String[] parts = {
            "a",
            "aa",
            "b",
            "c",
            "the",
            " ",
            "  ",
            "in",
            "\u65E5",
            "\u672C",
            "\uD83D\uDE00",
            "\u00E9",
            "\u2581",
            "A",
            "h A"
        };
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(30); count > 0; count--) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        return text.toString();
    }

    @TestFactory
    Stream<DynamicTest> partsHaveTheIdsOfTheWhole() {
        return models().entrySet().stream()
                .map(model -> DynamicTest.dynamicTest(model.getKey(), () -> {
                    Tokenizer tokenizer = model.getValue().tokenizer();
                    SplittableRandom random = new SplittableRandom(1);
                    for (int round = 0; round < 500; round++) {
                        String text = randomText(random);
                        int[] whole = tokenizer.encode(text);
                        for (int at = 0; at <= text.length(); at++) {
                            if (tokenizer.canCut(text, at)) {
                                int[] first = tokenizer.encode(text.substring(0, at));
                                int[] second = at == 0
                                        ? tokenizer.encode(text)
                                        : tokenizer.encodeContinuation(text.substring(at));
                                int[] both = IntStream.concat(Arrays.stream(first), Arrays.stream(second))
                                        .toArray();
                                assertArrayEquals(whole, both, text + " cut at " + at);
                            }
                        }
                    }
                }));
    }

    @Test
    void textsAreCutBetweenWords() {
        Tokenizer tokenizer = SmallModels.bytePairs().tokenizer();
        String text = "the in abc";
        List<Integer> cuts = IntStream.rangeClosed(0, text.length())
                .filter(at -> tokenizer.canCut(text, at))
                .boxed()
                .toList();
        assertEquals(List.of(0, 3, 6, 10), cuts);
        assertFalse(tokenizer.canCut("\uD83D\uDE00", 1));
    }

    @TestFactory
    Stream<DynamicTest> normalisedTextIsDecoded() {
        return Stream.of("bytes", "removing", "no space", "equal", "unigram bytes")
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Tokenizer tokenizer = models().get(name).tokenizer();
                    SplittableRandom random = new SplittableRandom(2);
                    for (int round = 0; round < 500; round++) {
                        String text = randomText(random).replace('\u2581', ' ');
                        String expected = name.equals("removing") ? text.strip().replaceAll(" +", " ") : text;
                        assertEquals(expected, tokenizer.decode(tokenizer.encode(text)));
                    }
                }));
    }

    /** As {@code spm_decode} puts together ids that no text has. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"\u2581the \u2581the\", \"the the\"",
                "\"<s> \u2581the </s>\", \"the\"",
                "\"\u2581 \u2581 a\", \" a\"",
                "\"\u2581\u2581 a\", \" a\"",
                "\"<unk> \u2581a\", \" \u2047  a\"",
                "\"<0xE2> <0x96> <0x81> \u2581a\", \"\u2581 a\"",
                "\"<0xE2> <0x96> a\", \"\uFFFD\uFFFDa\"",
                "\"<0xE2> <0x41> <0xC3> <0xA9>\", \"\uFFFDA\u00E9\"",
                "\"<0xF0> <0x9F> <0x98>\", \"\uFFFD\uFFFD\uFFFD\"",
                "\"<0xC3> \u2581 <0xA9>\", \"\uFFFD \uFFFD\"",
                "\"<0xED> <0xA0> <0x80>\", \"\uFFFD\uFFFD\uFFFD\"",
                "\"<0xF8> <0xC0> <0x80> <0xE0> <0x80> <0x80>\", \"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\""
            })
    void idsOfNoTextAreDecoded(String pieces, String expected) {
        Tokenizer tokenizer = SmallModels.bytePairs().tokenizer();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            ids.put(tokenizer.piece(id), id);
        }
        assertEquals(
                expected,
                tokenizer.decode(
                        Arrays.stream(pieces.split(" ")).mapToInt(ids::get).toArray()));
    }

    @Test
    void allSpacesBeforeATextGoWhereExtraSpacesDo() {
        int space = 3 + 256 + 14;
        assertEquals("\u2581", SmallModels.bytePairs().tokenizer().piece(space));
        assertEquals(" a", SmallModels.bytePairs().tokenizer().decode(space, space, space + 6));
        Tokenizer removing = SmallModels.bytePairs().removingSpaces().tokenizer();
        assertEquals("a a", removing.decode(space, space, space + 6, space, space + 6));
    }

    @Test
    void charactersAreGivenWhenTheyAreComplete() {
        Tokenizer tokenizer = SmallModels.bytePairs().tokenizer();
        int[] ids = tokenizer.encode("the \uD83D\uDE00a");
        assertEquals("\u2581the \u2581 <0xF0> <0x9F> <0x98> <0x80> a", pieces(tokenizer, ids));
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        String streamed = Arrays.stream(ids).mapToObj(decoder::next).collect(Collectors.joining("|"));
        assertEquals("the| ||||\uD83D\uDE00|a", streamed);
        assertEquals("", decoder.finish());
        assertEquals("the", decoder.next(ids[0]));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 285, Integer.MAX_VALUE})
    void refusesIdsOutsideTheVocabulary(int token) {
        Tokenizer tokenizer = SmallModels.bytePairs().tokenizer();
        assertEquals(285, tokenizer.vocabularySize());
        assertThrows(QuipuException.class, () -> tokenizer.decode(token));
        assertThrows(QuipuException.class, () -> tokenizer.piece(token));
    }

    @Test
    void namesOfSpecialTokensAreTextUnlessAskedFor() {
        Tokenizer tokenizer = SmallModels.of(ModelType.BPE).tokenizer();
        assertEquals("\u2581 <unk>", pieces(tokenizer, tokenizer.encode("<s>")));
        assertEquals("<s> \u2581the </s> \u2581in", pieces(tokenizer, tokenizer.encodeWithSpecials("<s>the</s>in")));
        assertEquals(OptionalInt.of(2), tokenizer.special("</s>"));
        assertEquals(OptionalInt.empty(), tokenizer.special("the"));
        assertEquals(OptionalInt.of(1), tokenizer.beginOfText());
        assertEquals(OptionalInt.of(2), tokenizer.endOfText());
    }

    /** A quadratic encoder would take minutes for each. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "\uD83D\uDE00", "\u65E5", " ", "the", "x"})
    void aLongTextWithoutASpaceTakesNoTime(String part) {
        String text = part.repeat((1 << 18) / part.length());
        for (String name : List.of("bytes", "equal", "unigram", "unused")) {
            Tokenizer tokenizer = models().get(name).tokenizer();
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> tokenizer.encode(text));
        }
    }
}
