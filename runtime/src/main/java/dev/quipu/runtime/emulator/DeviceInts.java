package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.IntArray;

/** An array's copy on the device. */
final class DeviceInts extends IntArray implements DeviceArray {
    private final int[] values;
    private final Shadow shadow;

    DeviceInts(int length) {
        this(new int[length]);
    }

    private DeviceInts(int[] values) {
        super(values);
        this.values = values;
        shadow = new Shadow(this, values.length);
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
    public Shadow shadow() {
        return shadow;
    }
}
