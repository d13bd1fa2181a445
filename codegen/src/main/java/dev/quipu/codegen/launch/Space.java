package dev.quipu.codegen.launch;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What a row program walks over: rows, in row-major order of the outer sizes, of a width.
 *
 * @param outer sizes of the row dimensions, outermost first; empty for a single row
 * @param width elements of a row
 */
public record Space(List<Integer> outer, int width) {
    public Space {
        outer = List.copyOf(outer);
    }

    /** The rows of a shape. */
    static Space of(Shape shape) {
        List<Integer> outer = new ArrayList<>();
        for (Dim dim : shape.dims().subList(0, shape.rank() - 1)) {
            outer.add(dim.size());
        }
        return new Space(outer, shape.last().size());
    }

    public long rows() {
        long rows = 1;
        for (int size : outer) {
            rows = Math.multiplyExact(rows, (long) size);
        }
        return rows;
    }

    public long elements() {
        return Math.multiplyExact(rows(), (long) width);
    }
}
