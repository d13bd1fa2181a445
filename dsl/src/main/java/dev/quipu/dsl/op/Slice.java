package dev.quipu.dsl.op;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** Positions {@code start} to {@code start + length} (exclusive) of one axis. */
public record Slice(int axis, int start, int length) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Shape shape = inputs.getFirst().shape();
        Expect.that(axis >= 0 && axis < shape.rank(), () -> "an axis of " + shape, () -> Integer.toString(axis));
        Expect.that(
                start >= 0 && length >= 1 && length <= shape.size(axis) - start,
                () -> "a range within " + shape.dim(axis),
                () -> length + " from " + start);
        return List.of(
                inputs.getFirst().withShape(shape.with(axis, shape.dim(axis).withSize(length))));
    }

    /** By hand, as in {@link Reshape}. */
    @Override
    public boolean equals(Object object) {
        return object instanceof Slice other && axis == other.axis && start == other.start && length == other.length;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * axis + start) + length;
    }
}
