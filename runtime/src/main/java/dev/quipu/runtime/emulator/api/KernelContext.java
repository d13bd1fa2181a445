package dev.quipu.runtime.emulator.api;

/**
 * Which work-item runs a kernel, what it shares with its group, and where the group meets. The one that a program makes is a
 * placeholder: each work-item is given its own.
 */
public class KernelContext {
    /** The work-item's number among all. */
    public int globalIdx;

    /** The number of its work-group. */
    public int groupIdx;

    /** Its number in the group. */
    public int localIdx;

    /** Work-items in all. */
    public int globalGroupSizeX;

    /** Work-items of a group. */
    public int localGroupSizeX;

    /** All work-items of the group wait here for each other. */
    public void localBarrier() {
        throw outside();
    }

    /** An array that the group shares, in local memory. */
    public float[] allocateFloatLocalArray(int size) {
        throw outside();
    }

    /** An array that the group shares, in local memory. */
    public int[] allocateIntLocalArray(int size) {
        throw outside();
    }

    /** Kernels' calls are replaced when their class is loaded. */
    private static AssertionError outside() {
        return new AssertionError("expected a call from a kernel that the emulator has prepared");
    }
}
