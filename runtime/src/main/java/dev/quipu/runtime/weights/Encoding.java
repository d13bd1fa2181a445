package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;

/** How the elements of a tensor lie in its bytes. All encodings are little-endian. */
public sealed interface Encoding permits ElementType {
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

    /**
     * Widens or dequantises real elements to 32-bit floats.
     *
     * @param data the elements and nothing else, at any address
     * @param elements how many
     * @param floats takes the values, native order, aligned
     */
    void decode(MemorySegment data, long elements, MemorySegment floats);

    /**
     * Rounds 32-bit floats to this encoding.
     *
     * @param floats the values, native order, aligned
     * @param data takes {@code bytes(elements)} bytes
     * @throws QuipuException where the encoding can only be read
     */
    void encode(MemorySegment floats, long elements, MemorySegment data);
}
