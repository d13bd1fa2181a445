package dev.quipu.runtime.data;

import java.util.Arrays;

/** A bit for each token of a text, one after the other. */
final class LearnedBits {
    private byte[] bytes = new byte[1024];
    private long count;

    void add(boolean learned) {
        int at = Math.toIntExact(count / Byte.SIZE);
        if (at == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        if (learned) {
            bytes[at] |= (byte) (1 << count % Byte.SIZE);
        }
        count++;
    }

    /** The first bit is the lowest of the first byte; the last byte is filled with zeros. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, Math.toIntExact(Math.ceilDiv(count, Byte.SIZE)));
    }
}
