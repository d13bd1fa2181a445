package dev.quipu.compiler.reference;

import dev.quipu.dsl.Shape;

/** Places of strided elements: all ops that move elements without computing are a stride pattern and a start. */
final class Offsets {
    private Offsets() {}

    /** For each row-major position of {@code sizes}, {@code start + sum(index[axis] * strides[axis])}. */
    static int[] of(int[] sizes, long[] strides, long start) {
        int count = 1;
        for (int size : sizes) {
            count = Math.multiplyExact(count, size);
        }
        int[] offsets = new int[count];
        int[] index = new int[sizes.length];
        long offset = start;
        for (int i = 0; i < count; i++) {
            offsets[i] = Math.toIntExact(offset);
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                offset += strides[axis];
                index[axis]++;
                if (index[axis] < sizes[axis]) {
                    break;
                }
                offset -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
        return offsets;
    }

    /** Strides that walk {@code input} in the order of {@code output}: 0 along axes that repeat. */
    static long[] broadcast(Shape input, Shape output) {
        long[] inputStrides = input.strides();
        long[] strides = new long[output.rank()];
        int missing = output.rank() - input.rank();
        for (int axis = 0; axis < input.rank(); axis++) {
            strides[axis + missing] = input.size(axis) == 1 ? 0 : inputStrides[axis];
        }
        return strides;
    }
}
