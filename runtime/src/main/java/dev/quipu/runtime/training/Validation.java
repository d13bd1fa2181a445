package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.Rows;
import dev.quipu.runtime.data.ValidationBatches;
import java.util.Optional;

/** Measures a model on the same few batches of held-out text, every time. */
final class Validation {
    private static final int BATCHES = 10;

    private final TrainingPrograms programs;
    private final NonFiniteSearch search;
    private final ValidationBatches batches;
    private final int sequence;
    private final float scale;

    Validation(Trainer trainer, Rows rows) {
        TrainingOptions options = trainer.options();
        this.programs = trainer.programs();
        this.search = new NonFiniteSearch(trainer.model(), trainer.state());
        this.sequence = options.sequence();
        this.batches = new ValidationBatches(rows, options.batch(), BATCHES);
        this.scale = 1f / Math.max(1, batches.targets());
    }

    /**
     * The mean loss in nats per token.
     *
     * @throws QuipuException naming the step and the first tensor that is not finite, if the loss is not
     */
    double measure(long step) {
        double sum = 0;
        for (int i = 0; i < batches.count(); i++) {
            batches.fill(i, programs.measuredBatch());
            sum += programs.loss(scale);
        }
        if (!Double.isFinite(sum)) {
            throw search.refusal(step, "the validation loss is " + sum, this::inBatches);
        }
        return sum;
    }

    private Optional<String> inBatches() {
        Optional<String> found = Optional.empty();
        for (int i = 0; i < batches.count() && found.isEmpty(); i++) {
            batches.fill(i, programs.measuredBatch());
            found = search.inBatch(programs.measuredBatch(), sequence, scale);
        }
        return found;
    }
}
