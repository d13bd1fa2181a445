package dev.quipu.runtime.probe;

import dev.quipu.dsl.Shape;
import java.util.Arrays;

/** Indexes of elements: where an element of the row-major order lies along each axis. */
final class Place {
    private Place() {}

    /** Such as {@code [0, 3, 17]}, counted from zero; a scalar's is {@code []}. */
    static String index(Shape shape, long place) {
        long[] index = new long[shape.rank()];
        long rest = place;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.size(axis);
            rest /= shape.size(axis);
        }
        return Arrays.toString(index);
    }
}
