package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads little-endian numbers and text from the bytes of a file, one after the other, and refuses to read past their end. */
final class ByteCursor {
    static final String REMEDY = "the file is truncated or damaged";

    /** Above it a length can only be damage; it keeps one from taking all memory. */
    private static final long MAXIMUM_TEXT_BYTES = 64L << 20;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String file;
    private final MemorySegment bytes;
    private long position;

    ByteCursor(MappedFile file) {
        this.file = file.path().toString();
        this.bytes = file.bytes();
    }

    String file() {
        return file;
    }

    long position() {
        return position;
    }

    long remaining() {
        return bytes.byteSize() - position;
    }

    /** @param what is being read, in messages */
    byte int8(String what) {
        return bytes.get(ValueLayout.JAVA_BYTE, take(Byte.BYTES, what));
    }

    short int16(String what) {
        return bytes.get(SHORT, take(Short.BYTES, what));
    }

    int int32(String what) {
        return bytes.get(INT, take(Integer.BYTES, what));
    }

    long int64(String what) {
        return bytes.get(LONG, take(Long.BYTES, what));
    }

    float float32(String what) {
        return Float.intBitsToFloat(int32(what));
    }

    double float64(String what) {
        return Double.longBitsToDouble(int64(what));
    }

    /** Text of so many bytes in UTF-8. */
    String text(long length, String what) {
        if (length < 0 || length > Math.min(remaining(), MAXIMUM_TEXT_BYTES)) {
            throw refusal(
                    what + " of at most " + Math.min(remaining(), MAXIMUM_TEXT_BYTES) + " bytes",
                    "a length of " + Long.toUnsignedString(length));
        }
        byte[] text = bytes.asSlice(take(length, what), length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refusal(what + " in UTF-8", "other bytes");
        }
    }

    void skip(long count, String what) {
        take(count, what);
    }

    /** A refusal of what stands before this position. */
    QuipuException refusal(String expected, String found) {
        return QuipuException.of(expected, found, file + ", up to byte " + position, REMEDY);
    }

    private long take(long count, String what) {
        if (count > remaining()) {
            throw QuipuException.of(
                    count + " bytes of " + what, remaining() + " bytes", file + " at byte " + position, REMEDY);
        }
        long begin = position;
        position += count;
        return begin;
    }
}
