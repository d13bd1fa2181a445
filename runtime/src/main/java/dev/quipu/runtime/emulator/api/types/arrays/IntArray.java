package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** 32-bit whole numbers in the host's memory; a kernel sees a copy of it that lies on the device. */
public class IntArray extends TornadoNativeArray {
    private final MemorySegment withHeader;
    private final MemorySegment elements;

    /** Zeros. */
    public IntArray(int numberOfElements) {
        this(Arena.ofAuto().allocate(ARRAY_HEADER + (long) numberOfElements * Integer.BYTES, ARRAY_HEADER));
    }

    /**
     * Memory that exists already.
     *
     * @param withHeader header and elements
     */
    protected IntArray(MemorySegment withHeader) {
        this.withHeader = withHeader;
        elements = withHeader.asSlice(ARRAY_HEADER);
        if (elements.byteSize() % Integer.BYTES != 0 || elements.byteSize() / Integer.BYTES > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected whole elements, found " + elements.byteSize() + " bytes");
        }
        withHeader.set(ValueLayout.JAVA_INT, 0, (int) (elements.byteSize() / Integer.BYTES));
    }

    public static IntArray fromArray(int[] values) {
        IntArray array = new IntArray(values.length);
        MemorySegment.copy(values, 0, array.elements, ValueLayout.JAVA_INT, 0, values.length);
        return array;
    }

    public static IntArray fromElements(int... values) {
        return fromArray(values);
    }

    /** A copy of a segment without header. */
    public static IntArray fromSegment(MemorySegment segment) {
        IntArray array = new IntArray((int) (segment.byteSize() / Integer.BYTES));
        MemorySegment.copy(segment, 0, array.elements, 0, segment.byteSize());
        return array;
    }

    /** The segment itself, which begins with a header. */
    public static IntArray fromSegmentShallow(MemorySegment segment) {
        return new IntArray(segment);
    }

    public int[] toHeapArray() {
        return elements.toArray(ValueLayout.JAVA_INT);
    }

    public int get(int index) {
        return elements.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    public void set(int index, int value) {
        elements.setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    /** One value everywhere. */
    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }

    /** Zero everywhere. */
    public void clear() {
        elements.fill((byte) 0);
    }

    @Override
    public int getSize() {
        return (int) (elements.byteSize() / Integer.BYTES);
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
        return Integer.BYTES;
    }
}
