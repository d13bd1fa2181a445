package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.lang.foreign.MemorySegment;

/** The copy of an array that lies on the device; only transfers move elements between it and the host's. */
interface DeviceArray extends KernelArray {
    /** Room on the device for an array of the host; nobody has written it. */
    static DeviceArray of(TornadoNativeArray host) {
        return switch (host) {
            case FloatArray floats -> new DeviceFloats(floats.getSize());
            case BFloat16Array halves -> new DeviceBFloats(halves.getSize());
            case IntArray integers -> new DeviceInts(integers.getSize());
            default -> throw new AssertionError("no device array for " + host.getClass());
        };
    }

    Shadow shadow();

    /** All elements' memory. */
    MemorySegment getSegment();

    int getSize();

    /** All elements, from the host's memory without its header. */
    default void copyFrom(MemorySegment host) {
        getSegment().copyFrom(host);
    }

    /** All elements, to the host's memory without its header. */
    default void copyTo(MemorySegment host) {
        host.copyFrom(getSegment());
    }

    @Override
    default int length() {
        return getSize();
    }

    /** The name is that of the kernel's parameter, which differs from kernel to kernel. */
    @Override
    default String label() {
        return "";
    }
}
