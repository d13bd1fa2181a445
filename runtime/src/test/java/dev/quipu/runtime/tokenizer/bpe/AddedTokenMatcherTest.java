package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddedTokenMatcherTest {
    private static final AddedTokenMatcher MATCHER = new AddedTokenMatcher(
            List.of(
                    token(1, "<a>", false, "  "),
                    token(2, "<a><b>", false, "  "),
                    token(3, "<left>", false, "l "),
                    token(4, "<right>", false, " r"),
                    token(5, "cat", false, "s "),
                    token(6, "<eot>", true, "  "),
                    token(7, "<eot>er", false, "  ")),
            content -> content);

    private static AddedToken token(int id, String content, boolean special, String flags) {
        return new AddedToken(
                id, content, special, flags.contains("s"), flags.contains("l"), flags.contains("r"), false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`x<a>y`              | `x/#1/y`",
                "`<a><b><a>`          | `#2/#1`",
                "`x  <left> y`        | `x/#3/ y`",
                "`x <right> \t\ny`    | `x /#4/y`",
                "`<right> <left>`     | `#4/#3`",
                "`<right>  <a>`       | `#4/#1`",
                "`a cat, concat cats` | `a /#5/, concat cats`",
                "`cat`                | `#5`",
                "`cat\u00e9 \u00e9cat cat_ 1cat` | `cat\u00e9 \u00e9cat cat_ 1cat`",
                "`x<eot>y`            | `x/#6/y`",
                "`<eot>er`            | `#7`",
            })
    void findsTokens(String text, String parts) {
        assertEquals(parts, parts(text, true));
    }

    @ParameterizedTest
    @CsvSource({"x<eot>y, x<eot>y", "<eot><a>, <eot>/#1", "<eot>er, #7"})
    void namesOfSpecialTokensAreText(String text, String parts) {
        assertEquals(parts, parts(text, false));
    }

    private static String parts(String text, boolean specials) {
        List<String> parts = new ArrayList<>();
        MATCHER.split(text, specials, new AddedTokenMatcher.Sink() {
            @Override
            public void token(int id) {
                parts.add("#" + id);
            }

            @Override
            public void text(int begin, int end) {
                parts.add(text.substring(begin, end));
            }
        });
        return String.join("/", parts);
    }
}
