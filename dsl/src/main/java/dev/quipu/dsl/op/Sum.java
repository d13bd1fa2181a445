package dev.quipu.dsl.op;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Sum over axes, which stay as dimensions of size 1. The order of additions follows from the shape alone. Input and output
 * f32.
 *
 * @param axes distinct axes, ascending
 */
public record Sum(List<Integer> axes) implements Differentiable {
    public Sum {
        axes = List.copyOf(axes);
    }

    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.f32(inputs.getFirst());
        Shape given = inputs.getFirst().shape();
        Shape shape = given;
        int previous = -1;
        for (int axis : axes) {
            Expect.that(
                    axis > previous && axis < given.rank(),
                    () -> "distinct ascending axes of " + given,
                    axes::toString);
            previous = axis;
            shape = shape.with(axis, new Dim(given.dim(axis).name(), 1));
        }
        return List.of(inputs.getFirst().withShape(shape));
    }
}
