package dev.quipu.runtime.tokenizer.merging;

import java.util.Arrays;

/** From pairs of integers, none of them negative, to numbers that are not negative either: open addressing, no boxes. */
public final class PairMap {
    /** What a pair without a value gives: more than any value. */
    public static final long NONE = Long.MAX_VALUE;

    private static final long FREE = -1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private long[] keys;
    private long[] values;
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
        keys = new long[capacity];
        Arrays.fill(keys, FREE);
        values = new long[capacity];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    }

    /** The value of a pair, or {@link #NONE}; a pair with a negative integer has none. */
    public long get(int first, int second) {
        long key = key(first, second);
        int at = slot(key);
        while (keys[at] != key) {
            if (keys[at] == FREE) {
                return NONE;
            }
            at = at + 1 & keys.length - 1;
        }
        return key == FREE ? NONE : values[at];
    }

    /** Gives a pair a value, in place of the one that it has. */
    public void put(int first, int second, long value) {
        if (2 * (size + 1) > keys.length) {
            grow();
        }
        size += insert(key(first, second), value) ? 1 : 0;
    }

    private boolean insert(long key, long value) {
        int at = slot(key);
        while (keys[at] != FREE && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        boolean added = keys[at] == FREE;
        keys[at] = key;
        values[at] = value;
        return added;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        allocate(2 * oldKeys.length);
        for (int at = 0; at < oldKeys.length; at++) {
            if (oldKeys[at] != FREE) {
                insert(oldKeys[at], oldValues[at]);
            }
        }
    }

    /** Visits all pairs that have values, in no order. */
    void forEach(Visitor visitor) {
        for (int at = 0; at < keys.length; at++) {
            if (keys[at] != FREE) {
                visitor.visit((int) (keys[at] >>> Integer.SIZE), (int) keys[at], values[at]);
            }
        }
    }

    private int slot(long key) {
        return (int) ((key * GOLDEN_RATIO) >>> shift);
    }

    private static long key(int first, int second) {
        return (long) first << Integer.SIZE | second;
    }
}
