package dev.quipu.runtime.tokenizer.merging;

import java.util.Arrays;

/** From pairs of integers, none of them negative, to numbers that are not negative either: open addressing, no boxes. */
public final class PairMap {
    /** What a pair without a value gives: more than any value. */
    public static final long NONE = Long.MAX_VALUE;

    private static final long FREE = -1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    /** Each key with its value behind it. */
    private long[] entries;

    private int shift;
    private int size;

    /** An empty map. */
    public PairMap() {
        allocate(1 << 4);
    }

    /** What is done with each value of a map. */
    interface Visitor {
        void visit(int first, int second, long value);
    }

    private void allocate(int capacity) {
        entries = new long[Math.multiplyExact(2, capacity)];
        Arrays.fill(entries, FREE);
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    }

    /** The value of a pair, or {@link #NONE}; a pair with a negative integer has none. */
    public long get(int first, int second) {
        long key = key(first, second);
        int at = slot(key);
        while (entries[at] != key) {
            if (entries[at] == FREE) {
                return NONE;
            }
            at = at + 2 & entries.length - 1;
        }
        return key == FREE ? NONE : entries[at + 1];
    }

    /** Gives a pair a value, in place of the one that it has. */
    public void put(int first, int second, long value) {
        if (4 * (size + 1) > entries.length) {
            grow();
        }
        size += insert(key(first, second), value) ? 1 : 0;
    }

    private boolean insert(long key, long value) {
        int at = slot(key);
        while (entries[at] != FREE && entries[at] != key) {
            at = at + 2 & entries.length - 1;
        }
        boolean added = entries[at] == FREE;
        entries[at] = key;
        entries[at + 1] = value;
        return added;
    }

    private void grow() {
        long[] old = entries;
        allocate(old.length);
        for (int at = 0; at < old.length; at += 2) {
            if (old[at] != FREE) {
                insert(old[at], old[at + 1]);
            }
        }
    }

    /** Visits all pairs that have values, in no order. */
    void forEach(Visitor visitor) {
        for (int at = 0; at < entries.length; at += 2) {
            if (entries[at] != FREE) {
                visitor.visit((int) (entries[at] >>> Integer.SIZE), (int) entries[at], entries[at + 1]);
            }
        }
    }

    private int slot(long key) {
        return (int) ((key * GOLDEN_RATIO) >>> shift) << 1;
    }

    private static long key(int first, int second) {
        return (long) first << Integer.SIZE | second;
    }
}
