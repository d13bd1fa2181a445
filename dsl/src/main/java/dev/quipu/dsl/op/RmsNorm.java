package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Root mean square normalisation (Zhang and Sennrich 2019): {@code y = x * r * weight} with
 * {@code r = 1 / sqrt(mean(x^2) + epsilon)} over the last axis. Inputs x f32[..., C], weight f32[C]; outputs y f32[..., C]
 * and the saved statistic r f32[..., 1].
 */
public record RmsNorm(float epsilon) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        Type x = inputs.get(0);
        Normalised.check(x, inputs.get(1), "weight");
        return List.of(x, Normalised.statistic(x));
    }
}
