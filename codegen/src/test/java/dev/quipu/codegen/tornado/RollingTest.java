package dev.quipu.codegen.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What repeats in lists of letters. */
class RollingTest {
    private static List<String> letters(String text) {
        return List.of(text.split(""));
    }

    /** {@code x (ab)3 y}. */
    private static String print(List<String> letters, List<Rolling.Stretch> stretches) {
        List<String> parts = new ArrayList<>();
        for (Rolling.Stretch stretch : stretches) {
            String once = String.join("", letters.subList(stretch.start(), stretch.start() + stretch.period()));
            parts.add(stretch.runs() == 1 ? once : "(" + once + ")" + stretch.runs());
        }
        return String.join(" ", parts);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "ab, ab",
        "aa, (a)2",
        "xababaxy, x (ab)2 axy",
        "xabcabcabcy, x (abc)3 y",
        "abbcabbcabbc, (abbc)3",
        "eabcabcabchiDCBDCBDCBo, e (abc)3 hi (DCB)3 o",
        "aaaaab, (a)5 b",
    })
    void repetitionsAreFound(String text, String expected) {
        List<String> letters = letters(text);
        assertEquals(expected, print(letters, Rolling.of(letters, 10, 1, (from, to) -> true)));
    }

    @ParameterizedTest
    @CsvSource({"abcdefg, 3, abc def g", "abcdabcd, 3, abc dab cd", "abababab, 2, (ab)4", "aabaab, 1, (a)2 b (a)2 b"})
    void noStretchIsLargerThanItsRoom(String text, int most, String expected) {
        List<String> letters = letters(text);
        assertEquals(expected, print(letters, Rolling.of(letters, 10, 1, (from, to) -> to - from <= most)));
    }

    @Test
    void whatRepeatsTooLittleIsNotRolled() {
        List<String> letters = letters("xaabcbcbcbcy");
        assertEquals("xaa (bc)4 y", print(letters, Rolling.of(letters, 10, 2, (from, to) -> true)));
        assertEquals("xaabcbcbcbcy", print(letters, Rolling.of(letters, 10, 7, (from, to) -> true)));
    }

    @Test
    void stretchesAreTheWholeListAndEachRunIsTheFirst() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            List<String> letters = new ArrayList<>();
            while (letters.size() < 60) {
                List<String> block = new ArrayList<>();
                random.ints(1 + random.nextInt(5), 0, 4).forEach(letter -> block.add("" + letter));
                for (int i = random.nextInt(5); i >= 0; i--) {
                    letters.addAll(block);
                }
            }
            int next = 0;
            for (Rolling.Stretch stretch : Rolling.of(letters, 8, 1, (from, to) -> to - from <= 6)) {
                assertEquals(next, stretch.start());
                assertTrue(stretch.period() <= 6);
                for (int i = stretch.start() + stretch.period(); i < stretch.end(); i++) {
                    assertEquals(letters.get(i - stretch.period()), letters.get(i));
                }
                next = stretch.end();
            }
            assertEquals(letters.size(), next);
        }
    }
}
