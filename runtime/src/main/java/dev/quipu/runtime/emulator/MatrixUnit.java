package dev.quipu.runtime.emulator;

import dev.quipu.dsl.BFloat16;
import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.enums.MMAShape;
import dev.quipu.runtime.emulator.api.types.HalfFloat;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import java.util.List;

/**
 * What the 32 work-items of a warp do together with matrices: {@code mma.sync.m16n8k16} of the PTX instruction set, on what
 * {@code ldmatrix} loads. Of sums, work-item i of a warp holds columns {@code 2 * (i % 4)} and the next of row {@code i / 4}, then
 * those of the row 8 below. Here it loads, too, just the rows and columns that these are computed from; the hardware passes
 * them from one to another.
 *
 * <p>Kernels call this instead of {@link KernelContext}: see {@link Instrumentation}.
 */
public final class MatrixUnit {
    static final int WARP = 32;
    private static final int DEPTH = 16;
    private static final int LEFT_ROW_BYTES = 32;
    private static final int RIGHT_ROW_BYTES = 16;
    private static final int ALIGNMENT = 16;
    private static final int LOWER = 8;

    private MatrixUnit() {}

    /** {@code context.mmaFragment(value)}. */
    public static float[] fragment(KernelContext context, float value, int line) {
        together(context, line, List.of(value));
        return new float[] {value, value, value, value};
    }

    /** {@code context.mmaLoadA(tile, columns, byteOffset)}: the two rows of the work-item's sums. */
    public static HalfFloat[] loadLeft(KernelContext context, KernelInts tile, int columns, int byteOffset, int line) {
        load(context, tile, columns, byteOffset, line);
        HalfFloat[] numbers = new HalfFloat[2 * DEPTH];
        for (int half = 0; half < 2; half++) {
            int row = byteOffset + (lane(context) / 4 + half * LOWER) * LEFT_ROW_BYTES;
            for (int k = 0; k < DEPTH; k += 2) {
                split(tile.get((row + Short.BYTES * k) / Integer.BYTES), numbers, half * DEPTH + k);
            }
        }
        return numbers;
    }

    /** {@code context.mmaLoadB(tile, rows, byteOffset)}: the two columns of the work-item's sums. */
    public static HalfFloat[] loadRight(KernelContext context, KernelInts tile, int rows, int byteOffset, int line) {
        load(context, tile, rows, byteOffset, line);
        HalfFloat[] numbers = new HalfFloat[2 * DEPTH];
        for (int k = 0; k < DEPTH; k++) {
            int place = byteOffset + k * RIGHT_ROW_BYTES + lane(context) % 4 * Integer.BYTES;
            split(tile.get(place / Integer.BYTES), numbers, 2 * k);
        }
        return numbers;
    }

    private static void split(int pair, HalfFloat[] numbers, int at) {
        numbers[at] = new HalfFloat((short) pair);
        numbers[at + 1] = new HalfFloat((short) (pair >> Short.SIZE));
    }

    /** {@code context.mmaBF16(left, right, sums, shape)}. */
    public static float[] multiplyAdd(
            KernelContext context, HalfFloat[] left, HalfFloat[] right, float[] sums, MMAShape shape, int line) {
        together(context, line, List.of(shape));
        float[] results = sums.clone();
        for (int i = 0; i < results.length; i++) {
            for (int k = 0; k < DEPTH; k++) {
                results[i] += value(left[i / 2 * DEPTH + k]) * value(right[2 * k + i % 2]);
            }
        }
        return results;
    }

    private static float value(HalfFloat number) {
        return BFloat16.value(number.getHalfFloatValue());
    }

    /** {@code context.mmaStore(sums, array, row, column, stride)}. */
    public static void store(
            KernelContext context, float[] sums, FloatArray array, int row, int column, int stride, int line) {
        together(context, line, List.of(row, column, stride));
        for (int i = 0; i < sums.length; i++) {
            int down = row + lane(context) / 4 + i / 2 * LOWER;
            array.set(down * stride + column + lane(context) % 4 * 2 + i % 2, sums[i]);
        }
    }

    private static void load(KernelContext context, KernelInts tile, int depth, int byteOffset, int line) {
        together(context, line, List.of(tile.label(), byteOffset));
        if (depth != DEPTH) {
            Report.tell(FaultKind.MATRIX, "matrices of bf16 have " + DEPTH + " numbers side by side, not " + depth);
        }
        if (byteOffset % ALIGNMENT != 0) {
            Report.tell(FaultKind.MATRIX, "rows begin at multiples of " + ALIGNMENT + " bytes, not at " + byteOffset);
        }
    }

    private static int lane(KernelContext context) {
        return context.localIdx % WARP;
    }

    private static void together(KernelContext context, int line, List<Object> operands) {
        ((ItemContext) context).workGroup().together((ItemContext) context, line, operands);
    }
}
