package dev.quipu.runtime.emulator;

/** A work-item's own array. */
final class ItemFloats extends KernelFloats {
    private final boolean[] written;

    ItemFloats(String label, int length) {
        super(label, length);
        written = new boolean[length];
    }

    @Override
    public float get(int index) {
        if (index < 0 || index >= values.length) {
            Report.outOfBounds(this, index, "reads");
            return 0;
        }
        if (!written[index]) {
            Report.unwritten(this, index);
        }
        return values[index];
    }

    @Override
    public void set(int index, float value) {
        if (index < 0 || index >= values.length) {
            Report.outOfBounds(this, index, "writes");
            return;
        }
        written[index] = true;
        values[index] = value;
    }
}
