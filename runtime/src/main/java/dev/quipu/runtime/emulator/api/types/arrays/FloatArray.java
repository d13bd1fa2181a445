package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** 32-bit floating-point numbers in the host's memory; a kernel sees a copy of it that lies on the device. */
public class FloatArray extends TornadoNativeArray {
    private final MemorySegment withHeader;
    private final MemorySegment elements;

    /** Zeros. */
    public FloatArray(int numberOfElements) {
        this(Arena.ofAuto().allocate(ARRAY_HEADER + (long) numberOfElements * Float.BYTES, ARRAY_HEADER));
    }

    /**
     * Memory that exists already.
     *
     * @param withHeader header and elements
     */
    protected FloatArray(MemorySegment withHeader) {
        this.withHeader = withHeader;
        elements = withHeader.asSlice(ARRAY_HEADER);
        if (elements.byteSize() % Float.BYTES != 0 || elements.byteSize() / Float.BYTES > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("expected whole elements, found " + elements.byteSize() + " bytes");
        }
        withHeader.set(ValueLayout.JAVA_INT, 0, (int) (elements.byteSize() / Float.BYTES));
    }

    public static FloatArray fromArray(float[] values) {
        FloatArray array = new FloatArray(values.length);
        MemorySegment.copy(values, 0, array.elements, ValueLayout.JAVA_FLOAT, 0, values.length);
        return array;
    }

    public static FloatArray fromElements(float... values) {
        return fromArray(values);
    }

    /** A copy of a segment without header. */
    public static FloatArray fromSegment(MemorySegment segment) {
        FloatArray array = new FloatArray((int) (segment.byteSize() / Float.BYTES));
        MemorySegment.copy(segment, 0, array.elements, 0, segment.byteSize());
        return array;
    }

    /** The segment itself, which begins with a header. */
    public static FloatArray fromSegmentShallow(MemorySegment segment) {
        return new FloatArray(segment);
    }

    public float[] toHeapArray() {
        return elements.toArray(ValueLayout.JAVA_FLOAT);
    }

    public float get(int index) {
        return elements.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    public void set(int index, float value) {
        elements.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** One value everywhere. */
    public void init(float value) {
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
        return (int) (elements.byteSize() / Float.BYTES);
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
        return Float.BYTES;
    }
}
