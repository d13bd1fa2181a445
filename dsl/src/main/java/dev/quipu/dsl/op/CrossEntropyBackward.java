package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Gradient of {@link CrossEntropy}: inputs logits f32[..., V], targets i32[...], log-sum-exp f32[..., 1] and the gradient of
 * the losses f32[..., 1]; output {@code (exp(logits - lse) - onehot(target)) * gradient}, zero for a negative target.
 */
public record CrossEntropyBackward() implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 4, 4);
        CrossEntropy.check(inputs.get(0), inputs.get(1));
        Expect.like(Normalised.statistic(inputs.get(0)), inputs.get(2), "a log-sum-exp");
        Expect.like(Normalised.statistic(inputs.get(0)), inputs.get(3), "a gradient");
        return List.of(inputs.get(0));
    }
}
