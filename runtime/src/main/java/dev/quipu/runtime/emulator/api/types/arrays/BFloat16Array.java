package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bits of {@link dev.quipu.runtime.emulator.api.types.BFloat16} numbers in the host's memory; a kernel sees a copy of it. */
public class BFloat16Array extends TornadoNativeArray {
    private final MemorySegment withHeader;
    private final MemorySegment elements;

    /** Zeros. */
    public BFloat16Array(int numberOfElements) {
        this(Arena.ofAuto().allocate(ARRAY_HEADER + (long) numberOfElements * Short.BYTES, ARRAY_HEADER));
    }

    /**
     * Memory that exists already.
     *
     * @param withHeader header and elements
     */
    protected BFloat16Array(MemorySegment withHeader) {
        this.withHeader = withHeader;
        elements = withHeader.asSlice(ARRAY_HEADER);
        if (elements.byteSize() % Short.BYTES != 0 || elements.byteSize() / Short.BYTES > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected whole elements, found " + elements.byteSize() + " bytes");
        }
        withHeader.set(ValueLayout.JAVA_INT, 0, (int) (elements.byteSize() / Short.BYTES));
    }

    /** The segment itself, which begins with a header. */
    public static BFloat16Array fromSegmentShallow(MemorySegment segment) {
        return new BFloat16Array(segment);
    }

    public short get(int index) {
        return elements.getAtIndex(ValueLayout.JAVA_SHORT, index);
    }

    public void set(int index, short bits) {
        elements.setAtIndex(ValueLayout.JAVA_SHORT, index, bits);
    }

    @Override
    public int getSize() {
        return (int) (elements.byteSize() / Short.BYTES);
    }

    @Override
    public MemorySegment getSegment() {
        return elements;
    }

    @Override
    public MemorySegment getSegmentWithHeader() {
        return withHeader;
    }

    @Override
    public int getElementSize() {
        return Short.BYTES;
    }
}
