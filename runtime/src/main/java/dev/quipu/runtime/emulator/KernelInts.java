package dev.quipu.runtime.emulator;

/** What stands in a kernel for an {@code int[]}: each access is checked. */
public abstract class KernelInts implements KernelArray {
    private final String label;
    final int[] values;

    KernelInts(String label, int length) {
        this.label = label;
        values = new int[length];
    }

    /** {@code array[index]} as a value; 0 where there is no such element. */
    public abstract int get(int index);

    /** {@code array[index] = value}; nothing where there is no such element. */
    public abstract void set(int index, int value);

    @Override
    public final String label() {
        return label;
    }

    @Override
    public final int length() {
        return values.length;
    }
}
