package dev.quipu.runtime.emulator.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bits of {@link dev.quipu.runtime.emulator.api.types.BFloat16} numbers in the host's memory; a kernel sees a copy of it. */
public class BFloat16Array extends TornadoNativeArray {
    /** Zeros. */
    public BFloat16Array(int numberOfElements) {
        super(numberOfElements, Short.BYTES);
    }

    private BFloat16Array(MemorySegment withHeader) {
        super(withHeader, Short.BYTES);
    }

    /** What lies on the device. */
    protected BFloat16Array(short[] elements) {
        super(MemorySegment.NULL, MemorySegment.ofArray(elements), Short.BYTES);
    }

    /** The segment itself, which begins with a header. */
    public static BFloat16Array fromSegmentShallow(MemorySegment segment) {
        return new BFloat16Array(segment);
    }

    public short get(int index) {
        return getSegment().getAtIndex(ValueLayout.JAVA_SHORT, index);
    }

    public void set(int index, short bits) {
        getSegment().setAtIndex(ValueLayout.JAVA_SHORT, index, bits);
    }
}
