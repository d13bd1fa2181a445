package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** 32-bit floating-point numbers in the host's memory; a kernel sees a copy of it that lies on the device. */
public class FloatArray extends TornadoNativeArray {
    /** Zeros. */
    public FloatArray(int numberOfElements) {
        super(numberOfElements, Float.BYTES);
    }

    private FloatArray(MemorySegment withHeader) {
        super(withHeader, Float.BYTES);
    }

    /** What lies on the device. */
    protected FloatArray(float[] elements) {
        super(MemorySegment.NULL, MemorySegment.ofArray(elements), Float.BYTES);
    }

    public static FloatArray fromElements(float... values) {
        FloatArray array = new FloatArray(values.length);
        array.getSegment().copyFrom(MemorySegment.ofArray(values));
        return array;
    }

    /** The segment itself, which begins with a header. */
    public static FloatArray fromSegmentShallow(MemorySegment segment) {
        return new FloatArray(segment);
    }

    public float[] toHeapArray() {
        return getSegment().toArray(ValueLayout.JAVA_FLOAT);
    }

    public float get(int index) {
        return getSegment().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    public void set(int index, float value) {
        getSegment().setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** One value everywhere. */
    public void init(float value) {
        for (int i = 0; i < getSize(); i++) {
            set(i, value);
        }
    }
}
