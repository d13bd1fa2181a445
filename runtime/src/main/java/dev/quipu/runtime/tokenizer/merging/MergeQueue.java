package dev.quipu.runtime.tokenizer.merging;

import java.util.Arrays;

/**
 * Where merges are possible in a word, the best first: by rank, then from left to right. Each rank has a list of its own, so
 * that putting a position in and taking it out costs the same however long the word is. Lists are in order nearly always, as
 * merges come from left to right; one that is not is sorted when it is needed.
 */
final class MergeQueue {
    private static final int NONE = -1;
    private static final int FEW = 4;

    private final RankSet ranks;
    private final int[] heads;
    private final int[] tails;
    private final boolean[] unsorted;
    private int[] following = {};
    private int[] preceding = {};

    /** The lowest rank that has a position, {@link #NONE} if none has. */
    private int best = NONE;

    MergeQueue(int ranks) {
        this.ranks = new RankSet(ranks);
        this.heads = new int[ranks];
        this.tails = new int[ranks];
        this.unsorted = new boolean[ranks];
        Arrays.fill(heads, NONE);
    }

    /** Makes room for positions 0 to {@code count - 1}. The queue is empty. */
    void reserve(int count) {
        if (following.length < count) {
            following = new int[count];
            preceding = new int[count];
        }
    }

    /** Puts a position in that is not in yet. */
    void add(int rank, int position) {
        if (heads[rank] == NONE) {
            ranks.add(rank);
            best = best == NONE ? rank : Math.min(best, rank);
            insert(rank, NONE, position, NONE);
            unsorted[rank] = false;
        } else if (position > tails[rank] || unsorted[rank] || !insertAhead(rank, position)) {
            unsorted[rank] |= position < tails[rank];
            insert(rank, tails[rank], position, NONE);
        }
    }

    /**
     * Puts a position among the first of its list, if it belongs there: where several pairs have one rank, a merge makes
     * others possible that are left of all that wait.
     */
    private boolean insertAhead(int rank, int position) {
        int before = NONE;
        int behind = heads[rank];
        for (int step = 0; step < FEW && behind < position; step++) {
            before = behind;
            behind = following[behind];
        }
        if (behind < position) {
            return false;
        }
        insert(rank, before, position, behind);
        return true;
    }

    private void insert(int rank, int before, int position, int behind) {
        preceding[position] = before;
        following[position] = behind;
        link(rank, before, position);
        link(rank, position, behind);
    }

    /** Makes two positions neighbours in a list; {@link #NONE} is what stands before its first and behind its last. */
    private void link(int rank, int before, int behind) {
        if (before == NONE) {
            heads[rank] = behind;
        } else {
            following[before] = behind;
        }
        if (behind == NONE) {
            tails[rank] = before;
        } else {
            preceding[behind] = before;
        }
    }

    /** Takes a position out of the list of its rank. */
    void remove(int rank, int position) {
        link(rank, preceding[position], following[position]);
        if (heads[rank] == NONE) {
            ranks.remove(rank);
            best = ranks.first();
        }
    }

    /** The position of the best merge, which stays in; -1 if there is none. */
    int first() {
        if (best == NONE) {
            return NONE;
        }
        if (unsorted[best]) {
            sort(best);
        }
        return heads[best];
    }

    private void sort(int rank) {
        int count = 0;
        for (int position = heads[rank]; position != NONE; position = following[position]) {
            count++;
        }
        int[] positions = new int[count];
        int at = 0;
        for (int position = heads[rank]; position != NONE; position = following[position]) {
            positions[at++] = position;
        }
        Arrays.sort(positions);
        int before = NONE;
        for (int position : positions) {
            link(rank, before, position);
            before = position;
        }
        link(rank, before, NONE);
        unsorted[rank] = false;
    }
}
