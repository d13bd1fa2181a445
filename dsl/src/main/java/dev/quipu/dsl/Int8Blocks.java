package dev.quipu.dsl;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Numbers of type {@link DType#INT8}. A row is stored in blocks of {@value #ELEMENTS}: an f32 factor, then a signed byte for each
 * element, which is the byte times the factor, rounded to f32. A row's last block is filled up with zeros.
 *
 * <p>The factor is the block's largest absolute value over 127, so that an element is off by at most half of it. A block with an
 * element that is not finite is not a number as a whole.
 */
public final class Int8Blocks {
    /** Elements of a block. */
    public static final int ELEMENTS = 32;

    /** Bytes of a block. */
    public static final int BYTES = Float.BYTES + ELEMENTS;

    private static final float LARGEST = 127;

    /** An address counts an element as four bytes, whatever it takes. */
    private static final int ELEMENT_SHIFT = 2;

    private static final int BLOCK_SHIFT = 7;

    private Int8Blocks() {}

    /**
     * Where the factor of an element's block stands.
     *
     * @param address four times the element's number, rows counted in whole blocks
     */
    public static long factorAt(long address) {
        return (address >> BLOCK_SHIFT) * BYTES;
    }

    /** Where an element's byte stands; see {@link #factorAt}. */
    public static long byteAt(long address) {
        return factorAt(address) + Float.BYTES + ((address >> ELEMENT_SHIFT) & (ELEMENTS - 1));
    }

    /** The element at an address; see {@link #factorAt}. */
    public static float value(MemorySegment blocks, long address) {
        return blocks.get(ValueLayout.JAVA_BYTE, byteAt(address))
                * blocks.get(ValueLayout.JAVA_FLOAT_UNALIGNED, factorAt(address));
    }

    /**
     * Stores a row.
     *
     * @param values holds the row, from an index on
     * @param address of its first element; see {@link #factorAt}
     */
    public static void store(float[] values, int from, int width, MemorySegment blocks, long address) {
        for (int first = 0; first < width; first += ELEMENTS) {
            int count = Math.min(ELEMENTS, width - first);
            storeBlock(values, from + first, count, blocks, factorAt(address + ((long) first << ELEMENT_SHIFT)));
        }
    }

    private static void storeBlock(float[] values, int from, int count, MemorySegment blocks, long at) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(values[i])); // not a number where one is not
        }
        float factor = Float.isFinite(largest) ? factor(largest) : Float.NaN;
        blocks.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, factor);
        for (int i = 0; i < ELEMENTS; i++) {
            float quotient = i < count && factor > 0 ? values[from + i] / factor : 0;
            // the quotient of a factor that has few digits left, near the smallest number, may be larger
            float nearest = (float) Math.rint(Math.clamp(quotient, -LARGEST, LARGEST));
            blocks.set(ValueLayout.JAVA_BYTE, at + Float.BYTES + i, (byte) nearest);
        }
    }

    /** Rounded down where the largest number would come back as infinite. */
    private static float factor(float largest) {
        float factor = largest / LARGEST;
        return Float.isFinite(factor * LARGEST) ? factor : Math.nextDown(factor);
    }
}
