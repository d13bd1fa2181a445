package dev.quipu.runtime.tokenizer.merging;

import java.util.ArrayList;
import java.util.List;

/** A set of small integers whose least is found in a few steps: words of bits, words of bits over those, and so on. */
final class RankSet {
    private static final int BITS = 6;

    private final List<long[]> levels = new ArrayList<>();

    /** A set of integers from 0 to {@code size - 1}. */
    RankSet(int size) {
        int words = Math.max(size, 1);
        do {
            words = (words + Long.SIZE - 1) >>> BITS;
            levels.add(new long[words]);
        } while (words > 1);
    }

    void add(int value) {
        int at = value;
        for (long[] level : levels) {
            level[at >>> BITS] |= 1L << at;
            at >>>= BITS;
        }
    }

    void remove(int value) {
        int at = value;
        for (long[] level : levels) {
            level[at >>> BITS] &= ~(1L << at);
            if (level[at >>> BITS] != 0) {
                return;
            }
            at >>>= BITS;
        }
    }

    /** The least integer of the set, -1 if it is empty. */
    int first() {
        int at = 0;
        for (int i = levels.size() - 1; i >= 0; i--) {
            long word = levels.get(i)[at];
            if (word == 0) {
                return -1;
            }
            at = at << BITS | Long.numberOfTrailingZeros(word);
        }
        return at;
    }
}
