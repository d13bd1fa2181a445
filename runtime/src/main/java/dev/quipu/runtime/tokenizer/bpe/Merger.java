package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/**
 * Joins the symbols of a word: always the pair of the lowest rank, of several the leftmost, until there is none. Short words
 * are searched for it; long ones keep their pairs in a heap, so that a word of n symbols takes O(n log n). Holds scratch
 * memory, so it is used by one thread.
 */
final class Merger {
    private static final int SHORT = 48;
    private static final int NOTHING = -1;

    private final MergeTable merges;
    private int[] ranks = new int[SHORT];
    private int[] joined = new int[SHORT];
    private int[] next = {};
    private int[] previous = {};

    Merger(MergeTable merges) {
        this.merges = merges;
    }

    /** Joins the first {@code count} symbols in place; returns how many are left. */
    int merge(int[] symbols, int count) {
        return count <= SHORT ? mergeShort(symbols, count) : mergeLong(symbols, count);
    }

    private int mergeShort(int[] symbols, int count) {
        for (int i = 0; i + 1 < count; i++) {
            rate(i, symbols[i], symbols[i + 1]);
        }
        int left = count;
        while (left > 1) {
            int best = 0;
            for (int i = 1; i + 1 < left; i++) {
                if (ranks[i] < ranks[best]) {
                    best = i;
                }
            }
            if (ranks[best] == MergeTable.NEVER) {
                break;
            }
            symbols[best] = joined[best];
            left--;
            for (int i = best + 1; i < left; i++) {
                symbols[i] = symbols[i + 1];
                ranks[i] = ranks[i + 1];
                joined[i] = joined[i + 1];
            }
            if (best > 0) {
                rate(best - 1, symbols[best - 1], symbols[best]);
            }
            if (best + 1 < left) {
                rate(best, symbols[best], symbols[best + 1]);
            }
        }
        return left;
    }

    private void rate(int at, int left, int right) {
        int slot = merges.slot(left, right);
        ranks[at] = merges.rank(slot);
        joined[at] = merges.token(slot);
    }

    private int mergeLong(int[] symbols, int count) {
        if (ranks.length < count) {
            ranks = new int[count];
            joined = new int[count];
        }
        if (next.length < count) {
            next = new int[count];
            previous = new int[count];
        }
        PairHeap heap = new PairHeap(count);
        for (int i = 0; i < count; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : NOTHING;
            ranks[i] = MergeTable.NEVER;
            if (i + 1 < count) {
                rate(i, symbols[i], symbols[i + 1]);
                heap.append(ranks[i], i);
            }
        }
        heap.order();
        while (!heap.isEmpty()) {
            int rank = heap.rank();
            int at = heap.position();
            heap.remove();
            // a pair that has changed since has another rank; it was added again
            if (ranks[at] == rank) {
                join(symbols, at, heap);
            }
        }
        int left = 0;
        for (int at = 0; at != NOTHING; at = next[at]) {
            symbols[left++] = symbols[at];
        }
        return left;
    }

    private void join(int[] symbols, int at, PairHeap heap) {
        int gone = next[at];
        symbols[at] = joined[at];
        ranks[gone] = MergeTable.NEVER;
        next[at] = next[gone];
        ranks[at] = MergeTable.NEVER;
        if (next[at] != NOTHING) {
            previous[next[at]] = at;
            rate(at, symbols[at], symbols[next[at]]);
            heap.add(ranks[at], at);
        }
        int before = previous[at];
        if (before != NOTHING) {
            rate(before, symbols[before], symbols[at]);
            heap.add(ranks[before], before);
        }
    }

    /** The scratch memory of a very long word is not kept. */
    void trim(int limit) {
        if (next.length > limit) {
            next = new int[0];
            previous = new int[0];
            ranks = Arrays.copyOf(ranks, SHORT);
            joined = Arrays.copyOf(joined, SHORT);
        }
    }
}
