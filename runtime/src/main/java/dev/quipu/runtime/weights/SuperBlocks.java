package dev.quipu.runtime.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Blocks of 256 elements, the "K" quantisations: parts of 32 or 16 elements with integer scales of their own, which a half-precision
 * scale of the whole block multiplies.
 *
 * <p>In Q4_K and Q5_K the 8 parts have a 6-bit scale and a 6-bit offset each, packed into 12 bytes: bytes 0 to 3 hold the scales of
 * parts 0 to 3 and, in their upper two bits, the upper two bits of the scales of parts 4 to 7; bytes 4 to 7 hold offsets likewise;
 * bytes 8 to 11 hold the lower four bits of the scales and, above them, of the offsets of parts 4 to 7.
 */
final class SuperBlocks {
    private static final int PARTS = 8;
    private static final int PART = 32;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private SuperBlocks() {}

    /** d, dmin, 12 bytes of scales and offsets, 128 bytes of elements: x = (d scale) q - (dmin offset), with q of 4 bits. */
    static void decodeQ4K(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        float offset = half(data, at + 2);
        for (int part = 0; part < PARTS; part++) {
            float partScale = scale * scaleOf(part, data, at + 4);
            float partOffset = offset * offsetOf(part, data, at + 4);
            for (int i = 0; i < PART; i++) {
                int quant = nibble(data, at + 16, part, i);
                floats.setAtIndex(FLOAT, first + (long) part * PART + i, partScale * quant - partOffset);
            }
        }
    }

    /** As Q4_K, with 32 bytes of fifth bits before the elements: bit p of byte i belongs to element i of part p. */
    static void decodeQ5K(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at);
        float offset = half(data, at + 2);
        for (int part = 0; part < PARTS; part++) {
            float partScale = scale * scaleOf(part, data, at + 4);
            float partOffset = offset * offsetOf(part, data, at + 4);
            for (int i = 0; i < PART; i++) {
                int fifthBit = (unsigned(data, at + 16 + i) >> part) & 1;
                int quant = nibble(data, at + 48, part, i) | (fifthBit << 4);
                floats.setAtIndex(FLOAT, first + (long) part * PART + i, partScale * quant - partOffset);
            }
        }
    }

    /**
     * 128 bytes of lower four bits, 64 bytes of upper two bits, 16 signed scales, d: x = (d scale) (q - 32), with q of 6 bits and
     * a scale for every 16 elements. Each half of the block has four runs of 32 elements: runs 0 and 1 have their lower bits in
     * the lower halves of its 64 bytes, runs 2 and 3 in the upper halves, and byte i of the upper bits serves element i of
     * all four.
     */
    static void decodeQ6K(MemorySegment data, long at, MemorySegment floats, long first) {
        float scale = half(data, at + 208);
        for (int run = 0; run < PARTS; run++) {
            int half = run / 4;
            int quarter = run % 4;
            for (int i = 0; i < PART; i++) {
                int lower = (unsigned(data, at + half * 64L + quarter % 2 * (long) PART + i) >> (quarter / 2 * 4)) & 15;
                int upper = (unsigned(data, at + 128 + half * (long) PART + i) >> (quarter * 2)) & 3;
                int runScale = data.get(BYTE, at + 192 + run * 2L + i / 16);
                floats.setAtIndex(
                        FLOAT, first + (long) run * PART + i, scale * runScale * ((lower | (upper << 4)) - 32));
            }
        }
    }

    private static int scaleOf(int part, MemorySegment data, long packed) {
        return part < 4
                ? unsigned(data, packed + part) & 63
                : (unsigned(data, packed + part + 4) & 15) | (unsigned(data, packed + part - 4) >> 6 << 4);
    }

    private static int offsetOf(int part, MemorySegment data, long packed) {
        return part < 4
                ? unsigned(data, packed + part + 4) & 63
                : (unsigned(data, packed + part + 4) >> 4) | (unsigned(data, packed + part) >> 6 << 4);
    }

    /** Two parts share 32 bytes: the even one has the lower halves. */
    private static int nibble(MemorySegment data, long elements, int part, int i) {
        return (unsigned(data, elements + part / 2 * (long) PART + i) >> (part % 2 * 4)) & 15;
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(SHORT, at));
    }

    private static int unsigned(MemorySegment data, long at) {
        return Byte.toUnsignedInt(data.get(BYTE, at));
    }
}
