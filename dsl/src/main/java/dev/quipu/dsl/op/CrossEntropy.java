package dev.quipu.dsl.op;

import dev.quipu.dsl.Type;
import java.util.List;

/**
 * {@code loss = logsumexp(logits) - logits[target]} for each row, in nats; a row whose target is negative has loss 0 and
 * gives no gradient. Inputs logits f32[..., V] and targets i32[...]; outputs the losses and the saved statistic log-sum-exp,
 * f32[..., 1] each.
 */
public record CrossEntropy() implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 2, 2);
        check(inputs.get(0), inputs.get(1));
        Type row = Normalised.statistic(inputs.get(0));
        return List.of(row, row);
    }

    static void check(Type logits, Type targets) {
        Expect.f32(logits);
        Expect.i32(targets);
        Expect.rank(logits, 1, "logits of at least one dimension");
        Expect.that(
                targets.shape().sameSizes(logits.shape().sub(0, logits.shape().rank() - 1)),
                () -> "a target for every row of logits " + logits.shape(),
                targets::toString);
    }
}
