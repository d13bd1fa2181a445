package dev.quipu.runtime.training;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a run ended.
 *
 * @param folder of the last checkpoint
 * @param step steps that are complete, those before a resumption counted
 * @param steps of the whole run; more than {@code step} when it was stopped
 * @param trainingLoss of the last step, in nats per token; empty when there was none
 * @param validationLoss on the held-out text, in nats per token; empty when the text is too short to hold something out
 * @param unigramEntropy of the text that the loss is measured on, in nats per token
 * @param tokens trained on, those before a resumption counted
 * @param seconds of training, those before a resumption counted; validation, samples and checkpoints not
 * @param flopsPerSecond see {@link ModelFlops}
 * @param sample what the model wrote last, its prompt included
 */
public record TrainingReport(
        Path folder,
        long step,
        long steps,
        OptionalDouble trainingLoss,
        OptionalDouble validationLoss,
        double unigramEntropy,
        long tokens,
        double seconds,
        double tokensPerSecond,
        double flopsPerSecond,
        PeakMemory memory,
        Optional<String> sample) {
    /** Whether the run came to its end. */
    public boolean isComplete() {
        return step == steps;
    }
}
