package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/** Bytes that are written one after the other and read in place. */
final class GrowingBytes {
    private byte[] bytes;
    private int size;

    GrowingBytes(int capacity) {
        bytes = new byte[Math.max(capacity, Long.BYTES)];
    }

    /** The bytes; those from {@link #size} on mean nothing. Another array after more was written. */
    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    void add(byte value) {
        reserve(1);
        bytes[size++] = value;
    }

    void add(byte[] values) {
        add(values, 0, values.length);
    }

    void add(byte[] values, int from, int to) {
        reserve(to - from);
        System.arraycopy(values, from, bytes, size, to - from);
        size += to - from;
    }

    boolean endsWith(byte[] values) {
        return size >= values.length && Arrays.equals(bytes, size - values.length, size, values, 0, values.length);
    }

    void removeLast(int count) {
        size -= count;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.addExact(size, Math.addExact(size / 2, more)));
        }
    }
}
