package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;

/** A growing list of token ids. */
final class TokenList {
    private int[] tokens;
    private int size;

    TokenList(int capacity) {
        tokens = new int[Math.max(4, capacity)];
    }

    void add(int token) {
        reserve(1);
        tokens[size++] = token;
    }

    void addAll(int[] more, int count) {
        reserve(count);
        if (count < 8) {
            for (int i = 0; i < count; i++) {
                tokens[size + i] = more[i];
            }
        } else {
            System.arraycopy(more, 0, tokens, size, count);
        }
        size += count;
    }

    private void reserve(int count) {
        if (tokens.length - size < count) {
            tokens = Arrays.copyOf(tokens, Math.max(size + count, 2 * tokens.length));
        }
    }

    int[] toArray() {
        return Arrays.copyOf(tokens, size);
    }
}
