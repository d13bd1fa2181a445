package dev.quipu.dsl.op;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** Zeros before and after one axis: what a {@link Slice} undoes. Input and output f32. */
public record Pad(int axis, int before, int after) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.f32(inputs.getFirst());
        Shape shape = inputs.getFirst().shape();
        Expect.that(axis >= 0 && axis < shape.rank(), () -> "an axis of " + shape, () -> Integer.toString(axis));
        Expect.that(before >= 0 && after >= 0, () -> "padding of 0 or more", () -> before + " and " + after);
        int size = Expect.size((long) before + after + shape.size(axis));
        return List.of(
                inputs.getFirst().withShape(shape.with(axis, shape.dim(axis).withSize(size))));
    }
}
