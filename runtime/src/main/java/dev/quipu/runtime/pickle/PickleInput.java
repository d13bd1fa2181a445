package dev.quipu.runtime.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a pickle's bytes one argument after the other, never past their end. */
final class PickleInput {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble BIG_ENDIAN_DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** Longer ones are no numbers of a checkpoint's; arithmetic on them would take time and memory. */
    private static final int MAXIMUM_INTEGER_BYTES = 64;

    private static final int MAXIMUM_NAME_BYTES = 512;

    private final MemorySegment bytes;
    private long position;

    PickleInput(MemorySegment bytes) {
        this.bytes = bytes;
    }

    long position() {
        return position;
    }

    int unsignedByte() {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, advance(1)));
    }

    int unsignedShort() {
        return unsignedByte() | unsignedByte() << Byte.SIZE;
    }

    int signedInt() {
        return bytes.get(INT, advance(Integer.BYTES));
    }

    long unsignedInt() {
        return Integer.toUnsignedLong(signedInt());
    }

    /** A length of 64 bits; {@link #slice} refuses the negative ones. */
    long length() {
        return bytes.get(LONG, advance(Long.BYTES));
    }

    double bigEndianDouble() {
        return bytes.get(BIG_ENDIAN_DOUBLE, advance(Double.BYTES));
    }

    MemorySegment slice(long length) {
        return bytes.asSlice(advance(length), length);
    }

    String text(long length) {
        byte[] text = slice(length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new PickleRefusal("text in UTF-8", "other bytes");
        }
    }

    /** A two's complement number, little-endian: a {@link Long} where it fits. */
    Number integer(long length) {
        if (length < 0 || length > MAXIMUM_INTEGER_BYTES) {
            throw new PickleRefusal("a number of at most " + MAXIMUM_INTEGER_BYTES + " bytes", length + " bytes");
        }
        if (length == 0) {
            return 0L;
        }
        byte[] digits = slice(length).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < digits.length / 2; i++) {
            byte low = digits[i];
            digits[i] = digits[digits.length - 1 - i];
            digits[digits.length - 1 - i] = low;
        }
        BigInteger number = new BigInteger(digits);
        return number.bitLength() < Long.SIZE ? (Number) number.longValue() : number;
    }

    /** Text up to the end of its line. */
    String line() {
        long end = position;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            if (end - position > MAXIMUM_NAME_BYTES) {
                throw new PickleRefusal("a name of at most " + MAXIMUM_NAME_BYTES + " bytes", "a longer one");
            }
            end++;
        }
        String line = text(end - position);
        advance(1);
        return line;
    }

    private long advance(long length) {
        if (length < 0 || length > bytes.byteSize() - position) {
            throw new PickleRefusal(
                    Long.toUnsignedString(length) + " more bytes", (bytes.byteSize() - position) + " bytes");
        }
        long start = position;
        position += length;
        return start;
    }
}
