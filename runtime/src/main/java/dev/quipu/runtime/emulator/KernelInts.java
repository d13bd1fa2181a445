package dev.quipu.runtime.emulator;

/** What stands in a kernel for a {@code int[]}: each access is checked. */
public abstract class KernelInts implements KernelArray {
    private final String label;
    final int[] values;

    KernelInts(String label, int length) {
        this.label = label;
        values = new int[length];
    }

    public abstract int get(int index);

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
