package dev.quipu.runtime.tokenizer.sentencepiece;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Remembers the ids of short words: the last word of each hash, nothing else, so that it never grows. */
final class WordCache {
    private static final int LONGEST_WORD = 15;
    private static final int MOST_IDS = 7;
    private static final int SLOT_BITS = 15;
    private static final int SLOT_INTS = MOST_IDS + 1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long[] keys = new long[2 << SLOT_BITS];
    private final int[] slots = new int[SLOT_INTS << SLOT_BITS];

    private long low;
    private long high;
    private int slot;

    /** Adds a word's ids, if they are known. The array goes on for eight bytes behind the word. */
    boolean find(byte[] text, int from, int to, TokenOutput output) {
        if (to - from > LONGEST_WORD) {
            return false;
        }
        key(text, from, to);
        if (keys[2 * slot] != low || keys[2 * slot + 1] != high) {
            return false;
        }
        int at = slot * SLOT_INTS;
        for (int i = at + 1; i <= at + slots[at]; i++) {
            output.add(slots[i]);
        }
        return true;
    }

    /** Remembers that a word has the last ids of the output. */
    void put(byte[] text, int from, int to, TokenOutput output, int firstId) {
        int count = output.size() - firstId;
        if (to - from > LONGEST_WORD || count > MOST_IDS) {
            return;
        }
        key(text, from, to);
        keys[2 * slot] = low;
        keys[2 * slot + 1] = high;
        slots[slot * SLOT_INTS] = count;
        for (int i = 0; i < count; i++) {
            slots[slot * SLOT_INTS + 1 + i] = output.id(firstId + i);
        }
    }

    /** The word's bytes and, in the highest byte, its length; never two zeros, as a word is not empty. */
    private void key(byte[] text, int from, int to) {
        int length = to - from;
        int inLow = Math.min(length, Long.BYTES);
        low = first(text, from, inLow);
        high = first(text, from + inLow, length - inLow) | (long) length << Long.SIZE - Byte.SIZE;
        long hash = (low * GOLDEN_RATIO ^ high) * GOLDEN_RATIO;
        slot = (int) (hash >>> Long.SIZE - SLOT_BITS);
    }

    private static long first(byte[] text, int from, int count) {
        if (count == 0) {
            return 0;
        }
        return (long) LONG.get(text, from) & -1L >>> Long.SIZE - Byte.SIZE * count;
    }
}
