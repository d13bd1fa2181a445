package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array off the heap: 16 bytes of header, the first of which are the number of elements, and the elements. */
public abstract class TornadoNativeArray {
    /** Bytes in front of the first element. */
    public static final long ARRAY_HEADER = 16;

    private final MemorySegment withHeader;
    private final MemorySegment elements;
    private final int elementSize;

    /** Zeros. */
    TornadoNativeArray(int numberOfElements, int elementSize) {
        this(Arena.ofAuto().allocate(ARRAY_HEADER + (long) numberOfElements * elementSize, ARRAY_HEADER), elementSize);
    }

    /**
     * Memory that exists already.
     *
     * @param withHeader header and elements
     */
    TornadoNativeArray(MemorySegment withHeader, int elementSize) {
        this(withHeader, withHeader.asSlice(ARRAY_HEADER), elementSize);
        if (elements.byteSize() % elementSize != 0 || elements.byteSize() / elementSize > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected whole elements, found " + elements.byteSize() + " bytes");
        }
        withHeader.set(ValueLayout.JAVA_INT, 0, getSize());
    }

    /** What lies on the device: it has no header. */
    TornadoNativeArray(MemorySegment withHeader, MemorySegment elements, int elementSize) {
        this.withHeader = withHeader;
        this.elements = elements;
        this.elementSize = elementSize;
    }

    /** Number of elements. */
    public int getSize() {
        return (int) (elements.byteSize() / elementSize);
    }

    /** The elements' memory. */
    public MemorySegment getSegment() {
        return elements;
    }

    /** The memory of header and elements. */
    public MemorySegment getSegmentWithHeader() {
        return withHeader;
    }

    /** Bytes of an element. */
    public int getElementSize() {
        return elementSize;
    }

    public long getNumBytesOfSegment() {
        return elements.byteSize();
    }

    public long getNumBytesOfSegmentWithHeader() {
        return withHeader.byteSize();
    }
}
