package dev.quipu.runtime.training;

import dev.quipu.runtime.data.TokenFile;
import dev.quipu.runtime.data.TokenRange;
import dev.quipu.runtime.data.ValidationBatches;

/** Measures a model on the same few batches of held-out text, every time. */
final class Validation {
    private static final int BATCHES = 10;

    private final TrainingPrograms programs;
    private final ValidationBatches batches;
    private final float scale;

    Validation(TrainingPrograms programs, TokenFile tokens, TokenRange range, int batch, int sequence) {
        this.programs = programs;
        this.batches = new ValidationBatches(tokens, range, batch, sequence, BATCHES);
        this.scale = 1f / ((long) batch * sequence);
    }

    /** The mean loss in nats per token. */
    double measure() {
        double sum = 0;
        for (int i = 0; i < batches.count(); i++) {
            batches.fill(i, programs.measuredTokens(), programs.measuredTargets());
            sum += programs.loss(scale);
        }
        return sum / batches.count();
    }
}
