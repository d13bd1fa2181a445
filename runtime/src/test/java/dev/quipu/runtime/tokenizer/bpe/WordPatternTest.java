package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Hand-written scanners are held to java.util.regex, and to splits that the originals make. */
class WordPatternTest {
    private static final int TEXTS = 10_000;
    private static final int LONG = 1 << 20;

    static Stream<WordPattern> patterns() {
        return Stream.of(Gpt2Pattern.EXPRESSION, Llama3Pattern.LLAMA3, Llama3Pattern.QWEN2)
                .map(WordPattern::of);
    }

    private static List<String> words(WordPattern pattern, String text) {
        char[] characters = text.toCharArray();
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < characters.length) {
            int end = pattern.wordEnd(characters, at, characters.length);
            words.add(text.substring(at, end));
            at = end;
        }
        return words;
    }

    private static List<String> matches(WordPattern pattern, String text) {
        Pattern java = Pattern.compile(pattern.expression(), Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
        List<String> matches = new ArrayList<>();
        Matcher matcher = java.matcher(text);
        while (matcher.find()) {
            matches.add(matcher.group());
        }
        return matches;
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void scansAsTheExpressionMatches(WordPattern pattern) {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < TEXTS; i++) {
            String text = Toy.text(random, 14);
            assertEquals(matches(pattern, text), words(pattern, text), text);
        }
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void aCutLeavesTheWordsAsTheyAre(WordPattern pattern) {
        SplittableRandom random = new SplittableRandom(12);
        int cuts = 0;
        for (int i = 0; i < TEXTS; i++) {
            String text = Toy.text(random, 14);
            for (int at = 1; at < text.length(); at++) {
                if (pattern.canCut(text, at)) {
                    List<String> words = new ArrayList<>(words(pattern, text.substring(0, at)));
                    words.addAll(words(pattern, text.substring(at)));
                    assertEquals(words(pattern, text), words, text + " at " + at);
                    cuts++;
                }
            }
        }
        assertTrue(cuts > TEXTS / 4, "only " + cuts + " cuts");
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void cutsBeforeASpaceAndBehindALine(WordPattern pattern) {
        assertTrue(pattern.canCut("end. Then", 4));
        assertTrue(pattern.canCut("end\nThen", 4));
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void takesLinearTime(WordPattern pattern) {
        List<String> texts = List.of(
                "a".repeat(LONG),
                " ".repeat(LONG) + "a",
                "\n".repeat(LONG),
                " \n".repeat(LONG / 2) + "a",
                "!".repeat(LONG),
                "7".repeat(LONG),
                "'".repeat(LONG),
                "\ud835\udc00".repeat(LONG));
        assertTimeout(Duration.ofSeconds(10), () -> texts.forEach(text -> words(pattern, text)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // the first is Hugging Face's own example of ByteLevel
                "gpt2   | Hello my friend, how is your day going? | Hello/ my/ friend/,/ how/ is/ your/ day/ going/?",
                "gpt2   | you're WE'RE 123456                     | you/'re/ WE/'/RE/ 123456",
                "llama3 | you're WE'RE 123456                     | you/'re/ WE/'RE/ /123/456",
                "qwen2  | you're WE'RE 1234                       | you/'re/ WE/'RE/ /1/2/3/4",
                "llama3 | (see x) $price _under                   | (see/ x/)/ $/price/ _/under",
                "gpt2   | (see x) $price                          | (/see/ x/)/ $/price"
            })
    void splitsAsTheOriginals(String name, String text, String words) {
        String expression = switch (name) {
            case "gpt2" -> Gpt2Pattern.EXPRESSION;
            case "llama3" -> Llama3Pattern.LLAMA3;
            default -> Llama3Pattern.QWEN2;
        };
        assertEquals(List.of(words.split("/")), words(WordPattern.of(expression), text));
    }
}
