package dev.quipu.runtime.weights;

import java.lang.foreign.MemorySegment;

/** Where the values of a tensor come from when it is written, piece by piece, in row-major order. */
public interface TensorSource {
    /**
     * Writes a range of the elements as 32-bit floats to the start of a native segment.
     *
     * @param first the first element, a multiple of {@link #blockElements}
     * @param count how many, a multiple too
     * @param target takes {@code count} floats, native order, aligned; it may be larger
     */
    void copyFloatsTo(long first, long count, MemorySegment target);

    /** Ranges begin and end at a multiple of it. */
    default int blockElements() {
        return 1;
    }
}
