package dev.quipu.codegen.launch;

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

    public long rows() {
        return outer.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    public long elements() {
        return Math.multiplyExact(rows(), (long) width);
    }
}
