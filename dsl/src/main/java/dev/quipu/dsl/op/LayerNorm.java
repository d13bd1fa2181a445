package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Layer normalisation (Ba et al. 2016): {@code y = (x - mean) * r * weight + bias} with
 * {@code r = 1 / sqrt(variance + epsilon)} over the last axis. Inputs x f32[..., C], weight f32[C], bias f32[C]; outputs y
 * f32[..., C] and the saved statistics mean and r, f32[..., 1] each.
 */
public record LayerNorm(float epsilon) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 3, 3);
        Type x = inputs.get(0);
        Normalised.check(x, inputs.get(1), "weight");
        Normalised.check(x, inputs.get(2), "bias");
        return List.of(x, Normalised.statistic(x), Normalised.statistic(x));
    }
}
