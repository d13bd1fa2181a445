package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/** {@code y = exp(x - max) / sum(exp(x - max))} over the last axis. Input and output f32[..., C]. */
public record Softmax() implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.f32(inputs.getFirst());
        Expect.rank(inputs.getFirst(), 1, "an input of at least one dimension");
        return inputs;
    }
}
