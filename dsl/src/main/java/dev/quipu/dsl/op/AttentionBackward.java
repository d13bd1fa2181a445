package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * Gradients of {@link Attention} (Dao et al. 2022, section 3): inputs q, k, v, out, log-sum-exp, and the gradient of out,
 * and the starts if attention had them; outputs the gradients of q, k and v, f32. The output and its gradient are given in the
 * type of q. Scores are recomputed tile by tile from the
 * log-sum-exp.
 */
public record AttentionBackward(int window, float scale) implements Terminal {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 6, 7);
        AttentionShapes.check(inputs.get(0), inputs.get(1), inputs.get(2), window);
        Expect.like(inputs.get(0), inputs.get(3), "an output");
        Expect.like(AttentionShapes.statistic(inputs.get(0)), inputs.get(4), "a log-sum-exp");
        Expect.like(inputs.get(0), inputs.get(5), "a gradient");
        if (inputs.size() == 7) {
            AttentionShapes.checkStarts(inputs.get(0), inputs.get(6));
        }
        return inputs.subList(0, 3).stream().map(AttentionShapes::f32).toList();
    }
}
