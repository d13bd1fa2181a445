package dev.quipu.runtime.tokenizer.sentencepiece;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Remembers the ids of short words: the last word of each hash, nothing else, so that it never grows. */
final class WordCache {
    /** Four longs, of which one byte is the length. Eight spaces, each written in three bytes, fit. */
    private static final int LONGEST_WORD = 31;

    private static final int KEY_LONGS = 4;
    private static final int MOST_IDS = 7;
    private static final int SLOT_BITS = 15;
    private static final int SLOT_INTS = MOST_IDS + 1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long[] keys = new long[KEY_LONGS << SLOT_BITS];
    private final int[] slots = new int[SLOT_INTS << SLOT_BITS];

    private long key0;
    private long key1;
    private long key2;
    private long key3;
    private int slot;

    /** Adds a word's ids, if they are known. The array goes on for eight bytes behind the word. */
    boolean find(byte[] text, int from, int to, TokenOutput output) {
        if (to - from > LONGEST_WORD) {
            return false;
        }
        key(text, from, to - from);
        int at = slot * KEY_LONGS;
        if (keys[at] != key0 || keys[at + 3] != key3 || keys[at + 1] != key1 || keys[at + 2] != key2) {
            return false;
        }
        int ids = slot * SLOT_INTS;
        for (int i = ids + 1; i <= ids + slots[ids]; i++) {
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
        key(text, from, to - from);
        int at = slot * KEY_LONGS;
        keys[at] = key0;
        keys[at + 1] = key1;
        keys[at + 2] = key2;
        keys[at + 3] = key3;
        slots[slot * SLOT_INTS] = count;
        for (int i = 0; i < count; i++) {
            slots[slot * SLOT_INTS + 1 + i] = output.id(firstId + i);
        }
    }

    /** The word's bytes and, in the highest byte, its length; never all zeros, as a word is not empty. */
    private void key(byte[] text, int from, int length) {
        key0 = part(text, from, length);
        key1 = part(text, from + Long.BYTES, length - Long.BYTES);
        key2 = part(text, from + 2 * Long.BYTES, length - 2 * Long.BYTES);
        key3 = part(text, from + 3 * Long.BYTES, length - 3 * Long.BYTES) | ((long) length << (Long.SIZE - Byte.SIZE));
        long hash = ((((((key0 * GOLDEN_RATIO) ^ key1) * GOLDEN_RATIO) ^ key2) * GOLDEN_RATIO) ^ key3);
        slot = (int) ((hash * GOLDEN_RATIO) >>> (Long.SIZE - SLOT_BITS));
    }

    /** The next eight bytes of a word, or zeros for those behind its end. */
    private static long part(byte[] text, int from, int count) {
        if (count <= 0) {
            return 0;
        }
        long bytes = (long) LONG.get(text, from);
        return count >= Long.BYTES ? bytes : bytes & (-1L >>> (Long.SIZE - Byte.SIZE * count));
    }
}
