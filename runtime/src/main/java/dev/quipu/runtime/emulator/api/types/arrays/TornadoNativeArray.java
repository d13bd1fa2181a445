package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.MemorySegment;

/** An array off the heap: 16 bytes of header, the first of which are the number of elements, and the elements. */
public abstract class TornadoNativeArray {
    /** Bytes in front of the first element. */
    public static final long ARRAY_HEADER = 16;

    /** Number of elements. */
    public abstract int getSize();

    /** The elements' memory. */
    public abstract MemorySegment getSegment();

    /** The memory of header and elements. */
    public abstract MemorySegment getSegmentWithHeader();

    /** Bytes of an element. */
    public abstract int getElementSize();

    public long getNumBytesOfSegment() {
        return getSegment().byteSize();
    }

    public long getNumBytesOfSegmentWithHeader() {
        return getSegmentWithHeader().byteSize();
    }
}
