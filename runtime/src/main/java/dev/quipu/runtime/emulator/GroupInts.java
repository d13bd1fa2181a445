package dev.quipu.runtime.emulator;

/** An array in local memory, which the work-items of a group share. */
final class GroupInts extends KernelInts {
    private final Shadow shadow;

    GroupInts(String label, int length) {
        super(label, length);
        shadow = new Shadow(this, length);
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
}
