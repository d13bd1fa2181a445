package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Causal attention: {@code out = softmax(scale * q k^T) v} over the keys at or before each query, within the window.
 * Inputs q f32[B, T, H, D], k and v f32[B, T, G, D], or all bf16; query head h reads key head h / (H / G). Outputs
 * f32[B, T, H, D] and the saved statistic log-sum-exp of the scaled scores f32[B, H, T]. Scores are computed tile by tile and never stored.
 *
 * <p>A fourth input, starts i32[B, T], keeps attention within documents that share a row: query t sees no key before
 * {@code starts[t]}, the place of its document's first token. It is from 0 to t and never falls along the row, so that it says
 * the same as ids of segments, and whole tiles before it are left out.
 *
 * @param window how many keys a query sees, itself included; 0 for all
 * @param scale factor on the scores, usually {@code 1/sqrt(D)}
 */
public record Attention(int window, float scale) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 3, 4);
        Type query = inputs.get(0);
        AttentionShapes.check(query, inputs.get(1), inputs.get(2), window);
        Expect.that(
                query.shape().size(1) == inputs.get(1).shape().size(1),
                () -> "as many keys as queries, " + query.shape().dim(1),
                inputs.get(1)::toString);
        if (inputs.size() == 4) {
            AttentionShapes.checkStarts(query, inputs.get(3));
        }
        return List.of(AttentionShapes.f32(query), AttentionShapes.statistic(query));
    }
}
