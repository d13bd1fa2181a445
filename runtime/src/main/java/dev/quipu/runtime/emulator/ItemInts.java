package dev.quipu.runtime.emulator;

/** A work-item's own array. */
final class ItemInts extends KernelInts {
    private final boolean[] written;

    ItemInts(String label, int length) {
        super(label, length);
        written = new boolean[length];
    }

    @Override
    public int get(int index) {
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
    public void set(int index, int value) {
        if (index < 0 || index >= values.length) {
            Report.outOfBounds(this, index, "writes");
            return;
        }
        written[index] = true;
        values[index] = value;
    }
}
