package dev.quipu.runtime.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What was measured at a step: one line of {@code metrics.jsonl}, told apart by its property {@code kind}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Metric.Training.class, name = "training"),
    @JsonSubTypes.Type(value = Metric.Validation.class, name = "validation")
})
public sealed interface Metric {
    /** The step after which it was measured; the first is 1, and 0 is before training. */
    long step();

    /** The mean loss in nats per token. */
    double loss();

    /**
     * A step of training.
     *
     * @param loss mean over the step's tokens, before the update
     * @param gradientNorm L2 norm over all gradients, before clipping
     * @param learningRate of this step
     * @param tokens trained on so far, this step included
     * @param tokensPerSecond in this step
     * @param flopsPerSecond the model's floating-point operations, recomputation not counted, in this step
     */
    record Training(
            long step,
            double loss,
            double gradientNorm,
            double learningRate,
            long tokens,
            double tokensPerSecond,
            double flopsPerSecond)
            implements Metric {}

    /** The loss over the validation batches. */
    record Validation(long step, double loss) implements Metric {}
}
