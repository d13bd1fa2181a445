package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/** From pairs of integers, none of them negative, to integers that are not negative either: open addressing, no boxes. */
final class PairMap {
    /** What a pair without a value gives. */
    static final int NONE = -1;

    private static final long FREE = -1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private long[] keys;
    private int[] values;
    private int shift;
    private int size;

    PairMap() {
        allocate(1 << 4);
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        Arrays.fill(keys, FREE);
        values = new int[capacity];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    }

    int get(int first, int second) {
        long key = key(first, second);
        int at = (int) ((key * GOLDEN_RATIO) >>> shift);
        while (keys[at] != key) {
            if (keys[at] == FREE) {
                return NONE;
            }
            at = at + 1 & keys.length - 1;
        }
        return values[at];
    }

    void put(int first, int second, int value) {
        if (2 * (size + 1) > keys.length) {
            grow();
        }
        size += insert(key(first, second), value) ? 1 : 0;
    }

    private boolean insert(long key, int value) {
        int at = (int) ((key * GOLDEN_RATIO) >>> shift);
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
        int[] oldValues = values;
        allocate(2 * oldKeys.length);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                insert(oldKeys[i], oldValues[i]);
            }
        }
    }

    private static long key(int first, int second) {
        return (long) first << Integer.SIZE | second;
    }
}
