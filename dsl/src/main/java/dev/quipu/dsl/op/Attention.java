package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Causal attention: {@code out = softmax(scale * q k^T) v} over the keys at or before each query, within the window.
 * Inputs q f32[B, T, H, D], k and v f32[B, T, G, D]; query head h reads key head h / (H / G). Outputs f32[B, T, H, D] and
 * the saved statistic log-sum-exp of the scaled scores f32[B, H, T]. Scores are computed tile by tile and never stored.
 *
 * @param window how many keys a query sees, itself included; 0 for all
 * @param scale factor on the scores, usually {@code 1/sqrt(D)}
 */
public record Attention(int window, float scale) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 3, 3);
        Type query = inputs.get(0);
        AttentionShapes.check(query, inputs.get(1), inputs.get(2), window);
        Expect.that(
                query.shape().size(1) == inputs.get(1).shape().size(1),
                "as many keys as queries, " + query.shape().dim(1),
                inputs.get(1));
        return List.of(query, AttentionShapes.statistic(query));
    }
}
