package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;

/** How the elements of a tensor lie in its bytes. All encodings are little-endian. */
public sealed interface Encoding permits ElementType, BlockEncoding, GroupedInt8 {
    /** The name in messages, such as {@code BF16} or {@code Q4_K}. */
    String name();

    /** Whether the elements are real numbers, so that they can be weights. */
    boolean isReal();

    /**
     * The bytes that so many elements take.
     *
     * @return -1 where elements come in blocks and the number is not one of whole blocks
     */
    long bytes(long elements);

    /** How many elements are stored together: a range of elements that is decoded begins and ends at a multiple of it. */
    int blockElements();

    /**
     * Widens or dequantises a range of real elements to 32-bit floats.
     *
     * @param data all elements of the tensor and nothing else, at any address
     * @param first the first element to decode, a multiple of {@link #blockElements}
     * @param count how many to decode, a multiple too
     * @param floats takes the values from its start on, native order, aligned
     */
    void decode(MemorySegment data, long first, long count, MemorySegment floats);

    /**
     * Rounds 32-bit floats to this encoding.
     *
     * @param floats the values, native order, aligned
     * @param elements how many, a multiple of {@link #blockElements}
     * @param data takes {@code bytes(elements)} bytes
     * @throws QuipuException where the encoding can only be read, or cannot express a value
     */
    void encode(MemorySegment floats, long elements, MemorySegment data);
}
