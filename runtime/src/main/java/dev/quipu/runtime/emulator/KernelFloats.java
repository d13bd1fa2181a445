package dev.quipu.runtime.emulator;

/** What stands in a kernel for a {@code float[]}: each access is checked. */
public abstract class KernelFloats implements KernelArray {
    private final String label;
    final float[] values;

    KernelFloats(String label, int length) {
        this.label = label;
        values = new float[length];
    }

    public abstract float get(int index);

    public abstract void set(int index, float value);

    @Override
    public final String label() {
        return label;
    }

    @Override
    public final int length() {
        return values.length;
    }
}
