package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/** Two symbols that stand side by side somewhere, and where. */
final class SymbolPair {
    private static final int[] NOWHERE = {};

    private final int left;
    private final int right;
    private final int length;
    private final int number;
    private long count;
    private long queuedCount;
    private int[] places = NOWHERE;
    private int size;
    private int expected;

    /**
     * A pair that has not been seen yet.
     *
     * @param length of both texts, in code points
     * @param number how many pairs were made before
     */
    SymbolPair(int left, int right, int length, int number) {
        this.left = left;
        this.right = right;
        this.length = length;
        this.number = number;
    }

    int left() {
        return left;
    }

    int right() {
        return right;
    }

    int length() {
        return length;
    }

    int number() {
        return number;
    }

    /** How often the symbols are neighbours in the text; in {@code aaa} the pair {@code aa} is counted twice. */
    long count() {
        return count;
    }

    /** The count when the pair was put into the queue. */
    long queuedCount() {
        return queuedCount;
    }

    void queued() {
        queuedCount = count;
    }

    /** One more place will be found: the room for all is then made at once. */
    void expect() {
        expected++;
    }

    /** The symbols have become neighbours, the left one at a place whose word occurs so often. Places come in ascending order. */
    void found(int place, long times) {
        count += times;
        if (size == places.length) {
            places = Arrays.copyOf(places, Math.max(expected, size + (size >> 1) + 1));
        }
        places[size++] = place;
    }

    /** The symbols are no longer neighbours somewhere. The place stays listed, and its symbols tell that it is past. */
    void lost(long times) {
        count -= times;
        if (count == 0) {
            forget();
        }
    }

    void forget() {
        places = NOWHERE;
        size = 0;
    }

    /** Where the left symbol stood, in ascending order; some places may be past. */
    int[] places() {
        return Arrays.copyOf(places, size);
    }
}
