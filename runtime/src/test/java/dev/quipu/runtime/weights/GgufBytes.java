package dev.quipu.runtime.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Puts GGUF files together by hand, right or wrong. */
final class GgufBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** The beginning of a file. */
    static GgufBytes of(int version, long tensors, long values) {
        return new GgufBytes().raw("GGUF").int32(version).int64(tensors).int64(values);
    }

    GgufBytes raw(String ascii) {
        bytes.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    GgufBytes int8(int value) {
        bytes.write(value);
        return this;
    }

    GgufBytes int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    GgufBytes int64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    GgufBytes text(String text) {
        return int64(text.getBytes(StandardCharsets.UTF_8).length)
                .raw(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    /** A tensor of the file's list; sizes innermost first. */
    GgufBytes tensor(String name, int type, long offset, long... sizes) {
        text(name).int32(sizes.length);
        for (long size : sizes) {
            int64(size);
        }
        return int32(type).int64(offset);
    }

    /** Zeros up to a multiple of 32. */
    GgufBytes align() {
        while (bytes.size() % 32 != 0) {
            int8(0);
        }
        return this;
    }

    GgufBytes zeros(int count) {
        bytes.writeBytes(new byte[count]);
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
