package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.List;

/** Rows of a table: inputs table f32[V, C], bf16 or int8, and ids i32[...]; output f32[..., C]. Ids outside [0, V) are an error at run time. */
public record Embedding() implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        Type table = inputs.get(0);
        Type ids = inputs.get(1);
        Expect.that(table.dtype().isReal(), "a table of numbers", table, "cast(F32) converts");
        Expect.i32(ids);
        Expect.that(table.shape().rank() == 2, "a table of two dimensions", table);
        return List.of(new Type(DType.F32, ids.shape().append(table.shape().last())));
    }
}
