package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;

/** An array's copy on the device. */
final class DeviceBFloats extends BFloat16Array implements DeviceArray {
    private final short[] values;
    private final Shadow shadow;

    DeviceBFloats(int length) {
        this(new short[length]);
    }

    private DeviceBFloats(short[] values) {
        super(values);
        this.values = values;
        shadow = new Shadow(this, values.length);
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
    public Shadow shadow() {
        return shadow;
    }
}
