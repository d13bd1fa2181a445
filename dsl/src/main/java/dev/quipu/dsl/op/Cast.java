package dev.quipu.dsl.op;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Converts elements as Java's cast does: integers to the nearest f32, numbers to i32 towards zero. To bf16 they go by way of f32,
 * to the nearest, ties to even; from bf16 exactly.
 */
public record Cast(DType dtype) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.that(
                dtype != DType.INT8 && inputs.getFirst().dtype() != DType.INT8,
                "f32, bf16 or i32 to convert",
                "int8",
                "products and embeddings read it as it is");
        return List.of(new Type(dtype, inputs.getFirst().shape()));
    }
}
