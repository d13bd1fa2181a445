package dev.quipu.runtime.emulator;

/** What stands in a kernel for a {@code float[]}: each access is checked. */
public abstract class KernelFloats implements KernelArray {
    private final String label;
    final float[] values;

    KernelFloats(String label, int length) {
        this.label = label;
        values = new float[length];
    }

    /** {@code array[index]} as a value; 0 where there is no such element. */
    public abstract float get(int index);

    /** {@code array[index] = value}; nothing where there is no such element. */
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
