package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array's copy on the device. */
final class DeviceBFloats extends BFloat16Array implements DeviceArray {
    private final short[] values;
    private final Shadow shadow;

    DeviceBFloats(int length) {
        super(Arena.ofAuto().allocate(ARRAY_HEADER, ARRAY_HEADER));
        values = new short[length];
        shadow = new Shadow(this, length);
    }

    @Override
    public short get(int index) {
        return shadow.read(index) ? values[index] : (short) 0;
    }

    @Override
    public void set(int index, short value) {
        if (shadow.write(index)) {
            values[index] = value;
        }
    }

    @Override
    public int getSize() {
        return values.length;
    }

    @Override
    public int length() {
        return values.length;
    }

    @Override
    public Shadow shadow() {
        return shadow;
    }

    @Override
    public void copyFrom(MemorySegment host) {
        MemorySegment.copy(host, ValueLayout.JAVA_SHORT, 0, values, 0, values.length);
    }

    @Override
    public void copyTo(MemorySegment host) {
        MemorySegment.copy(values, 0, host, ValueLayout.JAVA_SHORT, 0, values.length);
    }
}
