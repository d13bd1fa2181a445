package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An array's copy on the device. */
final class DeviceInts extends IntArray implements DeviceArray {
    private final int[] values;
    private final Shadow shadow;

    DeviceInts(int length) {
        super(Arena.ofAuto().allocate(ARRAY_HEADER, ARRAY_HEADER));
        values = new int[length];
        shadow = new Shadow(this, length);
    }

    /** The first element, looked at from outside. */
    int peek() {
        return values[0];
    }

    @Override
    public int get(int index) {
        return shadow.read(index) ? values[index] : 0;
    }

    @Override
    public void set(int index, int value) {
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
        MemorySegment.copy(host, ValueLayout.JAVA_INT, 0, values, 0, values.length);
    }

    @Override
    public void copyTo(MemorySegment host) {
        MemorySegment.copy(values, 0, host, ValueLayout.JAVA_INT, 0, values.length);
    }
}
