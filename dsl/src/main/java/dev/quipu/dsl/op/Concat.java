package dev.quipu.dsl.op;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** The inputs one after the other along one axis; all other sizes agree. */
public record Concat(int axis) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, Integer.MAX_VALUE);
        Shape first = inputs.getFirst().shape();
        Expect.that(axis >= 0 && axis < first.rank(), () -> "an axis of " + first, () -> Integer.toString(axis));
        long size = 0;
        for (Type input : inputs) {
            Expect.that(input.dtype() == inputs.getFirst().dtype(), "inputs of one type", inputs);
            Expect.that(
                    input.shape().rank() == first.rank()
                            && input.shape().with(axis, first.dim(axis)).sameSizes(first),
                    () -> "inputs that differ only in axis " + axis + " from " + first,
                    input::toString);
            size += input.shape().size(axis);
        }
        return List.of(
                inputs.getFirst().withShape(first.with(axis, first.dim(axis).withSize(Expect.size(size)))));
    }
}
