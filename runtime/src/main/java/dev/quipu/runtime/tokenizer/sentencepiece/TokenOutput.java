package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/** Takes the ids of a text. What has no piece becomes its bytes, or one unknown piece for all that stands together. */
final class TokenOutput {
    private final Vocabulary vocabulary;
    private int[] ids;
    private int size;

    TokenOutput(Vocabulary vocabulary, int capacity) {
        this.vocabulary = vocabulary;
        this.ids = new int[Math.max(capacity, 16)];
    }

    /** Adds a piece that was found for some bytes of the text. */
    void add(int id, byte[] text, int from, int to) {
        if (id != vocabulary.unknown()) {
            add(id);
        } else if (vocabulary.byteFallback()) {
            for (int at = from; at < to; at++) {
                add(vocabulary.byteId(text[at]));
            }
        } else {
            add(id);
        }
    }

    /** Adds an id, but an unknown piece behind an unknown piece only once. */
    void add(int id) {
        if (id == vocabulary.unknown() && size > 0 && ids[size - 1] == id) {
            return;
        }
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    int size() {
        return size;
    }

    int id(int at) {
        return ids[at];
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }
}
