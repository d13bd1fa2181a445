package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopTextsTest {
    /** Pieces, what is printed for each, and what is left at the end; a piece is between bars. */
    @ParameterizedTest(name = "{1} until {0}")
    @CsvSource({
        "END, a|b|c, a|b|c, ''",
        "END, aE|NDx|y, a||, ''",
        "END, aE|Nb|c, a|ENb|c, ''",
        "END, aEN|D, a|, ''",
        "END, aEN, a, EN",
        "aab, a|a|a|b, ||a|, ''",
        "x;xy, ax|y, a|, ''",
        "xyz;q, xy|q, |xy, ''",
        "abc;b, ab, a, ''"
    })
    void holdsBackWhatMayBecomeAStop(String stops, String pieces, String printed, String rest) {
        StopTexts texts = new StopTexts(Arrays.asList(stops.split(";")));
        List<String> found = new ArrayList<>();
        for (String piece : pieces.split("\\|", 0)) {
            found.add(texts.next(piece));
        }

        assertEquals(Arrays.asList(printed.split("\\|", -1)), found);
        assertEquals(rest, texts.finish());
    }

    /** However a text is cut, it ends where its first stop begins. */
    @Test
    void piecesMakeNoDifference() {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 3_000; run++) {
            List<String> stops = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                stops.add(text(random, 1 + random.nextInt(4)));
            }
            String text = text(random, random.nextInt(20));
            StopTexts texts = new StopTexts(stops);
            StringBuilder printed = new StringBuilder();
            for (int at = 0; at < text.length(); ) {
                int end = Math.min(text.length(), at + random.nextInt(4));
                printed.append(texts.next(text.substring(at, end)));
                at = end;
            }
            printed.append(texts.finish());

            assertEquals(expected(text, stops), printed.toString(), text + " until " + stops);
            assertEquals(printed.length() < text.length(), texts.isFound());
        }
    }

    private static String text(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(2)));
        }
        return text.toString();
    }

    /** The stop that is complete first ends the text, where it begins. */
    private static String expected(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String read = text.substring(0, end);
            List<String> complete = stops.stream().filter(read::endsWith).toList();
            if (!complete.isEmpty()) {
                int longest = complete.stream().mapToInt(String::length).max().getAsInt();
                return read.substring(0, end - longest);
            }
        }
        return text;
    }

    @Test
    void nothingFollowsAStop() {
        StopTexts texts = new StopTexts(List.of("b"));

        assertEquals("a", texts.next("ab"));
        assertTrue(texts.isFound());
        assertEquals("", texts.next("c"));
    }
}
