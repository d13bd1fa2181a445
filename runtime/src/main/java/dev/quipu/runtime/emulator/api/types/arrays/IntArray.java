package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** 32-bit whole numbers in the host's memory; a kernel sees a copy of it that lies on the device. */
public class IntArray extends TornadoNativeArray {
    /** Zeros. */
    public IntArray(int numberOfElements) {
        super(numberOfElements, Integer.BYTES);
    }

    private IntArray(MemorySegment withHeader) {
        super(withHeader, Integer.BYTES);
    }

    /** What lies on the device. */
    protected IntArray(int[] elements) {
        super(MemorySegment.NULL, MemorySegment.ofArray(elements), Integer.BYTES);
    }

    public static IntArray fromElements(int... values) {
        IntArray array = new IntArray(values.length);
        array.getSegment().copyFrom(MemorySegment.ofArray(values));
        return array;
    }

    /** The segment itself, which begins with a header. */
    public static IntArray fromSegmentShallow(MemorySegment segment) {
        return new IntArray(segment);
    }

    public int[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_INT);
    }

    public int get(int index) {
        return getSegment().getAtIndex(ValueLayout.JAVA_INT, index);
    }

    public void set(int index, int value) {
        getSegment().setAtIndex(ValueLayout.JAVA_INT, index, value);
    }

    /** One value everywhere. */
    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }
}
