package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;
import java.util.Arrays;

/**
 * The words of a text as rows of symbols, in one array. A symbol stands where its first character stood, so that places stay
 * valid while symbols are merged; the place of its last character tells how long it is, so that the symbol before another one
 * is found in one step.
 */
final class SymbolRows {
    /** No place. */
    static final int NONE = -1;

    private static final int END_OF_WORD = Integer.MIN_VALUE;
    private static final int INSIDE = -1;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final Symbols symbols;

    /** A symbol, {@link #END_OF_WORD}, {@link #INSIDE} a symbol, or at the end of a longer symbol minus its length. */
    private final int[] rows;

    /** Where words begin; behind the last one, where it ended. */
    private final int[] starts;

    private final long[] counts;

    /** The word that was asked for last: the next one asked for is most often the same or a little further. */
    private int word;

    SymbolRows(WordCounts distinct, Symbols symbols) {
        this.symbols = symbols;
        int size = size(distinct);
        rows = new int[size];
        starts = new int[distinct.size() + 1];
        counts = new long[distinct.size()];
        rows[0] = END_OF_WORD;
        int place = 1;
        for (word = 0; word < counts.length; word++) {
            starts[word] = place;
            counts[word] = distinct.count(word);
            String text = distinct.text(word);
            for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
                rows[place++] = symbols.ofCharacter(text.codePointAt(i));
            }
            rows[place++] = END_OF_WORD;
        }
        starts[counts.length] = place;
        word = 0;
    }

    /** Room for all characters and for what lies between words. */
    private static int size(WordCounts words) {
        long size = 1 + words.characters() + words.size();
        if (size > LARGEST_ARRAY) {
            throw QuipuException.of(
                    "at most " + LARGEST_ARRAY + " characters in distinct words",
                    String.valueOf(size),
                    "text for a tokenizer",
                    "give less text");
        }
        return (int) size;
    }

    /** The number of places. */
    int size() {
        return starts[counts.length];
    }

    /** Whether a symbol, and which one, begins at a place is told by a number that is not negative. */
    int symbol(int place) {
        return rows[place];
    }

    /** How often the word around a place occurs. */
    long count(int place) {
        if (place < starts[word] || place >= starts[word + 1]) {
            int found = Arrays.binarySearch(starts, place);
            word = found >= 0 ? found : -found - 2;
        }
        return counts[word];
    }

    /** The place of the symbol behind another one. */
    int next(int place) {
        int next = place + symbols.length(rows[place]);
        return rows[next] == END_OF_WORD ? NONE : next;
    }

    /** The place of the symbol before another one. */
    int previous(int place) {
        int before = rows[place - 1];
        if (before == END_OF_WORD) {
            return NONE;
        }
        return before >= 0 ? place - 1 : place + before;
    }

    /** Puts one symbol in the place of two. */
    void merge(int left, int right, int merged) {
        rows[left] = merged;
        rows[right] = INSIDE;
        int length = symbols.length(merged);
        rows[left + length - 1] = -length;
    }
}
