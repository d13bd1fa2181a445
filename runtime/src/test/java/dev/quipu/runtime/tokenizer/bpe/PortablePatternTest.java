package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortablePatternTest {
    /** Split patterns of GPT-4o, DeepSeek and llama.cpp's unknown vocabularies. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[^\\r"
                    + "\\n"
                    + "\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re)?|\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+| ?[\\p{P}\\p{S}]+[\\r"
                        + "\\n"
                        + "]*|\\s+(?!\\S)|\\s+|\\p{L}",
                "[\\p{P}\\$\\+<=>\\^~\\|]+",
                "\\p{N}{1,3}",
                "[\u4e00-\u9fa5\u3040-\u309f]+",
                " ?+\\p{L}++"
            })
    void takesAMegabyteOfLettersAndSpaces(String expression) {
        Pattern pattern = PortablePattern.of(expression).orElseThrow();
        String text = "a".repeat(1 << 20) + " ".repeat(1 << 20) + "1!\n";
        assertTimeout(
                Duration.ofSeconds(20), () -> pattern.matcher(text).results().count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a*", "a|", "\\w+", "\\b", "^a", "a$", "(a)\\1", "\\p{Han}", "\\p{IsL}", "\\p{^L}", "[a&&b]",
                        "[[:alpha:]]",
                "[a", "[]a]", "(a", "a)", "a{2}+", "a{2}{3}", "(a|b)*", "(?:ab)+", "(?:ab){2,}", "(?x: a)", "(?<n>a)",
                        "\\h", "\\Ka",
                "\\x41", "\\u0041", "a{,3}", "*a", "\\", "\\p", "\\Q.\\E", "(?=(?:\\d{3})+)x"
            })
    void refusesWhatMayMeanSomethingElse(String expression) {
        assertTrue(PortablePattern.of(expression).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "(?i:'s), '\u017f",
                "\\s, `\u0085`",
                "\\s, `\u3000`",
                "\\d, \u0663",
                ".+, `a\rb\u2028c`",
                "\\S, \u200b",
                "(a|b)c, bc"
            })
    void matchesAsOniguruma(String expression, String text) {
        assertTrue(PortablePattern.of(expression).orElseThrow().matcher(text).matches());
    }

    @ParameterizedTest
    @CsvSource({".+, '\n'", "\\S, \u00a0", "\\d, \u00bd"})
    void leavesWhatOnigurumaLeaves(String expression, String text) {
        assertEquals(
                0,
                PortablePattern.of(expression)
                        .orElseThrow()
                        .matcher(text)
                        .results()
                        .count());
    }
}
