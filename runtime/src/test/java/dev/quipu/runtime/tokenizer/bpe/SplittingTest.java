package dev.quipu.runtime.tokenizer.bpe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.tokenizer.bpe.Splitting.Kind;
import dev.quipu.runtime.tokenizer.bpe.Splitting.Prefixed;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SplittingTest {
    private static List<String> pieces(Splitting splitting, String text, Place place) {
        List<String> pieces = new ArrayList<>();
        splitting.split(
                text.toCharArray(),
                0,
                text.length(),
                place,
                (piece, begin, end, _) -> pieces.add(new String(piece, begin, end - begin)));
        return pieces;
    }

    /** Hugging Face's own examples of the behaviours; then the same with matches and the rest exchanged. */
    @ParameterizedTest
    @CsvSource({
        "REMOVED, false, the/final/countdown",
        "ISOLATED, false, the/-/final/-/-/countdown",
        "MERGED_WITH_PREVIOUS, false, the-/final-/-/countdown",
        "MERGED_WITH_NEXT, false, the/-final/-/-countdown",
        "CONTIGUOUS, false, the/-/final/--/countdown",
        "REMOVED, true, -/-/-",
        "ISOLATED, true, the/-/final/-/-/countdown",
        "MERGED_WITH_PREVIOUS, true, the/-final/-/-countdown",
        "MERGED_WITH_NEXT, true, the-/final-/-/countdown",
        "CONTIGUOUS, true, the/-/final/--/countdown"
    })
    void behavesAsDocumented(SplitBehavior behavior, boolean inverted, String pieces) {
        Splitting splitting = new Splitting.Matches(Pattern.compile("-"), behavior, inverted);
        assertEquals(List.of(pieces.split("/")), pieces(splitting, "the-final--countdown", Place.BEGINNING));
    }

    @ParameterizedTest
    @CsvSource({
        "DIGIT, ISOLATED, 'a1\u00bdb', 'a/1/\u00bd/b'",
        "DIGIT, ISOLATED, 'Call 123', 'Call /1/2/3'",
        "DIGIT, CONTIGUOUS, 'Call 123x', 'Call /123/x'",
        "PUNCTUATION, ISOLATED, 'Hey, friend!?', 'Hey/,/ friend/!/?'",
        "PUNCTUATION, CONTIGUOUS, 'Hey!?$\u00a7\u20ac', 'Hey/!?$\u00a7/\u20ac'"
    })
    void cutsAtCharacters(Kind kind, SplitBehavior behavior, String text, String pieces) {
        Splitting splitting = new Splitting.Characters(kind, behavior);
        assertEquals(List.of(pieces.split("/")), pieces(splitting, text, Place.BEGINNING));
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatBeginsGetsASpace(Place place) {
        boolean continued = place == Place.CONTINUATION;
        assertEquals(List.of(continued ? "a" : " a"), pieces(new Splitting.PrefixSpace(), "a", place));
        assertEquals(List.of(" a"), pieces(new Splitting.PrefixSpace(), " a", place));
        Splitting always = new Splitting.Metaspace('_', Prefixed.ALWAYS, true);
        assertEquals(List.of(continued ? "a" : "_a", "_b", "_", "_c"), pieces(always, "a b  c", place));
        Splitting first = new Splitting.Metaspace('_', Prefixed.FIRST, false);
        assertEquals(List.of(place == Place.BEGINNING ? "_a_b" : "a_b"), pieces(first, "a b", place));
        Splitting never = new Splitting.Metaspace('_', Prefixed.NEVER, true);
        assertEquals(List.of("a", "_b"), pieces(never, "a b", place));
        assertEquals(List.of("_a"), pieces(always, " a", place));
    }
}
