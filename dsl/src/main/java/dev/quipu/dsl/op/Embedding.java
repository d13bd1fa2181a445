package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** Rows of a table: inputs table f32[V, C] and ids i32[...]; output f32[..., C]. Ids outside [0, V) are an error at run time. */
public record Embedding() implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        Type table = inputs.get(0);
        Type ids = inputs.get(1);
        Expect.f32(table);
        Expect.i32(ids);
        Expect.that(table.shape().rank() == 2, "a table of two dimensions", table);
        return List.of(table.withShape(ids.shape().append(table.shape().last())));
    }
}
