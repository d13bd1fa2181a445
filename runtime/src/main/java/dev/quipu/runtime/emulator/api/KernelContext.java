package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.api.enums.MMAShape;
import dev.quipu.runtime.emulator.api.types.HalfFloat;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;

/**
 * Which work-item runs a kernel, what it shares with its group, and where the group meets. The one that a program makes only
 * says which argument of a task it is: each work-item is given its own.
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

    /** Sums that matrix products are added to, all of one value. */
    public float[] mmaFragment(float value) {
        throw outside();
    }

    /** The left matrix of a product: 16 rows of 16 numbers, two an int, from a byte of a local array on. */
    public HalfFloat[] mmaLoadA(int[] tile, int columns, int byteOffset) {
        throw outside();
    }

    /** The right matrix of a product: 16 rows of 8 numbers, as {@link #mmaLoadA}. */
    public HalfFloat[] mmaLoadB(int[] tile, int rows, int byteOffset) {
        throw outside();
    }

    /** A matrix product of bf16, added to sums. */
    public float[] mmaBF16(HalfFloat[] left, HalfFloat[] right, float[] sums, MMAShape shape) {
        throw outside();
    }

    /** Writes 16 rows of 8 sums: the first at element {@code row * stride + column}. */
    public void mmaStore(float[] sums, FloatArray array, int row, int column, int stride) {
        throw outside();
    }

    /** Kernels' calls are replaced when their class is loaded. */
    private static AssertionError outside() {
        return new AssertionError("expected a call from a kernel that the emulator has prepared");
    }
}
