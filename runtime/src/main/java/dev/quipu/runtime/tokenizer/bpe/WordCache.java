package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/**
 * The tokens of words met before. Threads share it without locks: entries are immutable, a slot holds the last word that
 * fell into it, and losing one only costs its merging again.
 */
final class WordCache {
    /** Longer words are not kept, in {@code char}s. */
    static final int LONGEST_WORD = 40;

    private static final int BITS = 16;
    private static final int SPREAD = 0x9E3779B9;

    private final Entry[] entries = new Entry[1 << BITS];

    /** A word and its tokens; nobody writes to the arrays. */
    private static final class Entry {
        private final char[] word;
        private final int[] tokens;

        Entry(char[] word, int[] tokens) {
            this.word = word;
            this.tokens = tokens;
        }
    }

    /** The slot of a word. */
    static int slot(char[] text, int begin, int end) {
        int hash = 0;
        for (int i = begin; i < end; i++) {
            hash = 31 * hash + text[i];
        }
        return (hash * SPREAD) >>> (Integer.SIZE - BITS);
    }

    /** The tokens of a word, or null. */
    int[] get(int slot, char[] text, int begin, int end) {
        Entry entry = entries[slot];
        return entry != null && Arrays.equals(entry.word, 0, entry.word.length, text, begin, end) ? entry.tokens : null;
    }

    void put(int slot, char[] text, int begin, int end, int[] tokens) {
        entries[slot] = new Entry(Arrays.copyOfRange(text, begin, end), tokens);
    }
}
