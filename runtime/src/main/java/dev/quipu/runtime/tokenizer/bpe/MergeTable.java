package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/** The merges by the pair of tokens that they join: a hash table with open addressing over primitive arrays. */
final class MergeTable {
    /** The rank of a pair that is never joined. */
    static final int NEVER = Integer.MAX_VALUE;

    private static final long EMPTY = -1;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final long[] pairs;
    private final int[] ranks;
    private final int[] merged;
    private final int shift;

    /** A table with room for a number of merges. */
    MergeTable(int merges) {
        int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(Math.max(1, merges)));
        pairs = new long[1 << bits];
        ranks = new int[1 << bits];
        merged = new int[1 << bits];
        shift = Long.SIZE - bits;
        Arrays.fill(pairs, EMPTY);
    }

    /** Adds a merge. Of two for one pair the later one counts. */
    void put(int left, int right, int rank, int token) {
        int slot = slot(pair(left, right));
        pairs[slot] = pair(left, right);
        ranks[slot] = rank;
        merged[slot] = token;
    }

    /** The slot of a pair, to be asked for its rank and its token. */
    int slot(int left, int right) {
        return slot(pair(left, right));
    }

    /** The rank of the pair in a slot; {@link #NEVER} if the slot is empty. */
    int rank(int slot) {
        return pairs[slot] == EMPTY ? NEVER : ranks[slot];
    }

    /** The token that the pair in a slot becomes. */
    int token(int slot) {
        return merged[slot];
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }

    private int slot(long pair) {
        int slot = (int) ((pair * SPREAD) >>> shift);
        while (pairs[slot] != EMPTY && pairs[slot] != pair) {
            slot = slot + 1 & pairs.length - 1;
        }
        return slot;
    }
}
