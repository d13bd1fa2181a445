package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;

/** An array's copy on the device. */
final class DeviceFloats extends FloatArray implements DeviceArray {
    private final float[] values;
    private final Shadow shadow;

    DeviceFloats(int length) {
        this(new float[length]);
    }

    private DeviceFloats(float[] values) {
        super(values);
        this.values = values;
        shadow = new Shadow(this, values.length);
    }

    @Override
    public float get(int index) {
        return shadow.read(index) ? values[index] : 0;
    }

    @Override
    public void set(int index, float value) {
        if (shadow.write(index)) {
            values[index] = value;
        }
    }

    @Override
    public Shadow shadow() {
        return shadow;
    }
}
