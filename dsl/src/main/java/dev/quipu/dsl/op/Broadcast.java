package dev.quipu.dsl.op;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** Repeats missing and size-1 dimensions, aligned at the innermost, up to a shape. Input and output f32. */
public record Broadcast(Shape shape) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.f32(inputs.getFirst());
        Expect.that(
                Pointwise.broadcast(inputs.getFirst().shape(), shape).sameSizes(shape),
                () -> "a shape that repeats dimensions of " + inputs.getFirst(),
                shape::toString);
        return List.of(inputs.getFirst().withShape(shape));
    }
}
