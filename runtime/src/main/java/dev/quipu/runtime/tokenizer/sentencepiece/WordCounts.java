package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How often each word occurs: a hash table that is asked with a part of a buffer. Words are numbered as they come. Their
 * characters lie in blocks, because a hundred million characters of distinct words leave no room for as many strings.
 */
final class WordCounts {
    private static final int BLOCK_BITS = 20;
    private static final int BLOCK = 1 << BLOCK_BITS;
    private static final int IN_BLOCK = BLOCK - 1;
    private static final int FIRST_CAPACITY = 1 << 12;
    private static final int MIXER = 0x9E3779B1;

    private final List<char[]> blocks = new ArrayList<>();
    private int used = BLOCK;

    /** A word's number plus one, or 0 for a free slot. */
    private int[] slots = new int[2 * FIRST_CAPACITY];

    private int[] starts = new int[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private long[] counts = new long[FIRST_CAPACITY];
    private int size;
    private long characters;

    /** Counts the word between two places of a buffer once more. */
    void add(char[] buffer, int from, int to) {
        int slot = slot(hash(buffer, from, to));
        while (slots[slot] != 0 && !equals(slots[slot] - 1, buffer, from, to)) {
            slot = (slot + 1) & (slots.length - 1);
        }
        if (slots[slot] == 0) {
            store(buffer, from, to);
            slots[slot] = size;
            counts[size - 1] = 1;
            if (size == counts.length) {
                grow();
            }
        } else {
            counts[slots[slot] - 1]++;
        }
    }

    private static int hash(char[] characters, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + characters[i];
        }
        return hash;
    }

    /** The highest bits of a product depend on all bits of the hash. */
    private int slot(int hash) {
        return (hash * MIXER) >>> Integer.numberOfLeadingZeros(slots.length - 1);
    }

    private boolean equals(int word, char[] buffer, int from, int to) {
        int start = starts[word] & IN_BLOCK;
        return lengths[word] == to - from && Arrays.equals(block(word), start, start + lengths[word], buffer, from, to);
    }

    private char[] block(int word) {
        return blocks.get(starts[word] >>> BLOCK_BITS);
    }

    private void store(char[] buffer, int from, int to) {
        int length = to - from;
        if (used + length > BLOCK) {
            blocks.add(new char[BLOCK]);
            used = 0;
        }
        System.arraycopy(buffer, from, blocks.getLast(), used, length);
        starts[size] = ((blocks.size() - 1) << BLOCK_BITS) | used;
        lengths[size] = length;
        used += length;
        characters += length;
        size++;
    }

    private void grow() {
        starts = Arrays.copyOf(starts, 2 * size);
        lengths = Arrays.copyOf(lengths, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
        slots = new int[4 * size];
        for (int word = 0; word < size; word++) {
            int start = starts[word] & IN_BLOCK;
            int slot = slot(hash(block(word), start, start + lengths[word]));
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = word + 1;
        }
    }

    /** The number of distinct words. */
    int size() {
        return size;
    }

    /** The UTF-16 characters of all distinct words. */
    long characters() {
        return characters;
    }

    /** How often a word occurs. */
    long count(int word) {
        return counts[word];
    }

    /** A word by its number. */
    String text(int word) {
        return new String(block(word), starts[word] & IN_BLOCK, lengths[word]);
    }
}
