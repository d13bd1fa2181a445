package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/**
 * The merges that are possible in a text, the best first: by rank, then from left to right. Each rank has a list of its own,
 * so that putting a merge in and taking it out costs the same however long the text is. Lists are in order nearly always, as
 * merges come from left to right; one that is not is sorted when it is needed.
 */
final class MergeQueue {
    private static final int NONE = -1;
    private static final int FEW = 4;

    private final RankSet ranks;
    private final int[] heads;
    private final int[] tails;
    private final boolean[] unsorted;

    private int[] lefts = new int[64];
    private int[] ends = new int[64];
    private int[] symbols = new int[64];
    private int[] following = new int[64];
    private int used;
    private int free = NONE;

    private int left;
    private int end;
    private int symbol;

    MergeQueue(int ranks) {
        this.ranks = new RankSet(ranks);
        this.heads = new int[ranks];
        this.tails = new int[ranks];
        this.unsorted = new boolean[ranks];
        Arrays.fill(heads, NONE);
    }

    /** Puts a merge in: the characters from {@code newLeft} to {@code newEnd} become one symbol. */
    void add(int rank, int newLeft, int newEnd, int newSymbol) {
        int entry = entry();
        lefts[entry] = newLeft;
        ends[entry] = newEnd;
        symbols[entry] = newSymbol;
        following[entry] = NONE;
        if (heads[rank] == NONE) {
            ranks.add(rank);
            heads[rank] = entry;
            tails[rank] = entry;
        } else if (newLeft >= lefts[tails[rank]] || unsorted[rank] || !insertAhead(rank, entry)) {
            unsorted[rank] |= newLeft < lefts[tails[rank]];
            following[tails[rank]] = entry;
            tails[rank] = entry;
        }
    }

    /**
     * Puts an entry among the first of its list, if it belongs there: where two pieces have one score, a merge makes others
     * possible that are left of all that wait.
     */
    private boolean insertAhead(int rank, int entry) {
        int before = NONE;
        int behind = heads[rank];
        for (int step = 0; step < FEW && lefts[behind] < lefts[entry]; step++) {
            before = behind;
            behind = following[behind];
        }
        if (lefts[behind] < lefts[entry]) {
            return false;
        }
        following[entry] = behind;
        if (before == NONE) {
            heads[rank] = entry;
        } else {
            following[before] = entry;
        }
        return true;
    }

    private int entry() {
        if (free != NONE) {
            int entry = free;
            free = following[entry];
            return entry;
        }
        if (used == lefts.length) {
            int capacity = 2 * used;
            lefts = Arrays.copyOf(lefts, capacity);
            ends = Arrays.copyOf(ends, capacity);
            symbols = Arrays.copyOf(symbols, capacity);
            following = Arrays.copyOf(following, capacity);
        }
        return used++;
    }

    /** Takes the best merge out; {@link #left}, {@link #end} and {@link #symbol} are then its own. False if there is none. */
    boolean next() {
        int rank = ranks.first();
        if (rank < 0) {
            // Entries that were given back in any order would be far apart for the next text.
            used = 0;
            free = NONE;
            return false;
        }
        if (unsorted[rank]) {
            sort(rank);
        }
        int entry = heads[rank];
        left = lefts[entry];
        end = ends[entry];
        symbol = symbols[entry];
        heads[rank] = following[entry];
        if (heads[rank] == NONE) {
            ranks.remove(rank);
        }
        following[entry] = free;
        free = entry;
        return true;
    }

    private void sort(int rank) {
        int count = 0;
        for (int entry = heads[rank]; entry != NONE; entry = following[entry]) {
            count++;
        }
        long[] keys = new long[count];
        int at = 0;
        for (int entry = heads[rank]; entry != NONE; entry = following[entry]) {
            keys[at++] = (long) lefts[entry] << Integer.SIZE | entry;
        }
        Arrays.sort(keys);
        heads[rank] = (int) keys[0];
        for (int i = 1; i < count; i++) {
            following[(int) keys[i - 1]] = (int) keys[i];
        }
        tails[rank] = (int) keys[count - 1];
        following[tails[rank]] = NONE;
        unsorted[rank] = false;
    }

    int left() {
        return left;
    }

    int end() {
        return end;
    }

    int symbol() {
        return symbol;
    }
}
