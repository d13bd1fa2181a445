package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradient of a table: inputs ids i32[...] and gradient f32[..., C]; output f32[V, C], the sum of the gradient's rows
 * over the places where each id stands, in the order of the places.
 *
 * @param rows the table's rows, V
 */
public record EmbeddingBackward(Dim rows) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        Type gradient = inputs.get(1);
        Expect.i32(inputs.get(0));
        Expect.f32(gradient);
        Expect.rank(gradient, 1, "a gradient of at least one dimension");
        List<Dim> leading = new ArrayList<>(
                gradient.shape().dims().subList(0, gradient.shape().rank() - 1));
        Expect.that(
                inputs.get(0).shape().sameSizes(new Shape(leading)),
                () -> "a gradient row for every id " + inputs.get(0),
                gradient::toString);
        return List.of(new Type(DType.F32, Shape.of(rows, gradient.shape().last())));
    }
}
