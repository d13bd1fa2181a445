package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/** A binary heap of pairs of symbols, the lowest rank first, of equal ranks the leftmost. Pairs that are never joined stay out. */
final class PairHeap {
    private long[] entries;
    private int size;

    PairHeap(int capacity) {
        entries = new long[Math.max(4, capacity)];
    }

    /** Adds an entry without order; {@link #order} comes after the last of these. */
    void append(int rank, int position) {
        if (rank != MergeTable.NEVER) {
            entries[size++] = (long) rank << Integer.SIZE | position;
        }
    }

    void order() {
        for (int at = size / 2 - 1; at >= 0; at--) {
            sink(at, entries[at]);
        }
    }

    void add(int rank, int position) {
        if (rank == MergeTable.NEVER) {
            return;
        }
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
        long entry = (long) rank << Integer.SIZE | position;
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (entries[parent] <= entry) {
                break;
            }
            entries[at] = entries[parent];
            at = parent;
        }
        entries[at] = entry;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The rank of the first pair. */
    int rank() {
        return (int) (entries[0] >>> Integer.SIZE);
    }

    /** The position of the first pair. */
    int position() {
        return (int) entries[0];
    }

    /** Removes the first pair. */
    void remove() {
        size--;
        if (size > 0) {
            sink(0, entries[size]);
        }
    }

    private void sink(int from, long entry) {
        int at = from;
        int child = 2 * at + 1;
        while (child < size) {
            if (child + 1 < size && entries[child + 1] < entries[child]) {
                child++;
            }
            if (entry <= entries[child]) {
                break;
            }
            entries[at] = entries[child];
            at = child;
            child = 2 * at + 1;
        }
        entries[at] = entry;
    }
}
