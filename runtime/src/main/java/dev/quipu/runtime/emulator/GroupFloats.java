package dev.quipu.runtime.emulator;

/** An array in local memory, which the work-items of a group share. */
final class GroupFloats extends KernelFloats {
    private final Shadow shadow;

    GroupFloats(String label, int length) {
        super(label, length);
        shadow = new Shadow(this, length);
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
}
