package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Blocks of 32 elements: a half-precision scale d, in some a half-precision offset m, in some the fifth bits of all elements, then
 * the elements. The byte i of the 16 of a 4-bit format holds element i in its lower half and element i + 16 in its upper.
 */
final class SmallBlocks {
    static final int ELEMENTS = 32;

    private static final int HALF = ELEMENTS / 2;
    private static final int LARGEST = 127;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private SmallBlocks() {}

    /** x = (q - 8) d, with q of 4 bits. */
    static void decodeQ40(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(data, at + 2 + i);
            floats.setAtIndex(FLOAT, first + i, ((pair & 15) - 8) * scale);
            floats.setAtIndex(FLOAT, first + HALF + i, ((pair >> 4) - 8) * scale);
        }
    }

    /** x = q d + m, with q of 4 bits. */
    static void decodeQ41(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        float offset = half(data, at + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(data, at + 4 + i);
            floats.setAtIndex(FLOAT, first + i, (pair & 15) * scale + offset);
            floats.setAtIndex(FLOAT, first + HALF + i, (pair >> 4) * scale + offset);
        }
    }

    /** x = (q - 16) d, with q of 5 bits. */
    static void decodeQ50(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        int fifthBits = data.get(INT, at + 2);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(data, at + 6 + i);
            int lower = (pair & 15) | (((fifthBits >>> i) & 1) << 4);
            int upper = (pair >> 4) | (((fifthBits >>> (HALF + i)) & 1) << 4);
            floats.setAtIndex(FLOAT, first + i, (lower - 16) * scale);
            floats.setAtIndex(FLOAT, first + HALF + i, (upper - 16) * scale);
        }
    }

    /** x = q d + m, with q of 5 bits. */
    static void decodeQ51(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        float offset = half(data, at + 2);
        int fifthBits = data.get(INT, at + 4);
        for (int i = 0; i < HALF; i++) {
            int pair = unsigned(data, at + 8 + i);
            int lower = (pair & 15) | (((fifthBits >>> i) & 1) << 4);
            int upper = (pair >> 4) | (((fifthBits >>> (HALF + i)) & 1) << 4);
            floats.setAtIndex(FLOAT, first + i, lower * scale + offset);
            floats.setAtIndex(FLOAT, first + HALF + i, upper * scale + offset);
        }
    }

    /** x = q d, with q a signed byte. */
    static void decodeQ80(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        for (int i = 0; i < ELEMENTS; i++) {
            floats.setAtIndex(FLOAT, first + i, data.get(BYTE, at + 2 + i) * scale);
        }
    }

    /**
     * The largest absolute value over 127 is the scale. Elements are divided by the scale before it is rounded to a half, and
     * rounded to the nearest with ties away from zero, as ggml's reference does.
     */
    static void encodeQ80(MemorySegment floats, long first, MemorySegment data, long at) {
        float largest = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            largest = Math.max(largest, Math.abs(floats.getAtIndex(FLOAT, first + i)));
        }
        float scale = largest / LARGEST;
        short rounded = Float.floatToFloat16(scale);
        if (!Float.isFinite(Float.float16ToFloat(rounded))) {
            throw QuipuException.of("values that a half-precision scale can hold", "up to " + largest, "Q8_0", "");
        }
        // So small a scale has no inverse; as a half it is zero, and so are its elements.
        float inverse = Float.isInfinite(1 / scale) ? 0 : 1 / scale;
        data.set(SHORT, at, rounded);
        for (int i = 0; i < ELEMENTS; i++) {
            float value = floats.getAtIndex(FLOAT, first + i) * inverse;
            // In double precision the sum is exact, so that 0.49999997 does not become 1.
            data.set(BYTE, at + 2 + i, (byte) Math.copySign(Math.floor(Math.abs((double) value) + 0.5), value));
        }
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    private static int unsigned(MemorySegment data, long at) {
        return Byte.toUnsignedInt(data.get(BYTE, at));
    }
}
