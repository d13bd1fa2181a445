package dev.quipu.runtime.training;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.runtime.devices.Devices;
import java.util.OptionalInt;

/**
 * How a model is trained.
 *
 * @param schedule learning rate by step, and how many steps there are
 * @param tuning which parameters are trained
 * @param batch sequences of a micro-batch
 * @param sequence tokens of a sequence
 * @param accumulate micro-batches of a step; a step's loss and gradients are means over all its targets
 * @param seed of first weights, the order of the text, and samples
 * @param validationShare of the text, its tail, that is held out; 0 for none
 * @param documents what a token sees of earlier documents in its row; where they are separate, rows hold whole documents
 * @param intervals of what happens now and then
 * @param plan which activations a step keeps for its backward pass
 * @param lossChunk rows of logits that exist at once; empty for the compiler's own choice
 * @param precision of matrix products; the device must have it
 * @param device a name that {@link Devices} knows
 * @param workers threads that compute; 0 for the device's own choice
 * @param verify whether the compiler checks every stage
 */
public record TrainingOptions(
        CosineSchedule schedule,
        AdamW optimizer,
        Tuning tuning,
        int batch,
        int sequence,
        int accumulate,
        long seed,
        double validationShare,
        Documents documents,
        Intervals intervals,
        PlanRequest plan,
        OptionalInt lossChunk,
        Precision precision,
        String device,
        int workers,
        boolean verify) {
    public TrainingOptions {
        check(batch >= 1, "batch", "at least 1", batch);
        check(sequence >= 1, "seq", "at least 1", sequence);
        check(accumulate >= 1, "accumulate", "at least 1", accumulate);
        check(validationShare >= 0 && validationShare < 1, "validation-share", "0 to below 1", validationShare);
        check(lossChunk.orElse(1) >= 1, "loss-chunk", "at least 1", lossChunk.orElse(1));
        check(workers >= 0, "workers", "at least 1, or 0 for the device's choice", workers);
        Devices.check(device);
    }

    /**
     * Steps between events; 0 for never.
     *
     * @param validate steps between measurements on the held-out text
     * @param sample steps between samples
     * @param checkpoint steps between checkpoints
     */
    public record Intervals(long validate, long sample, long checkpoint) {
        public Intervals {
            check(validate >= 0, "validate-every", "0 (never) or more", validate);
            check(sample >= 0, "sample-every", "0 (never) or more", sample);
            check(checkpoint >= 0, "checkpoint-every", "0 (only at the end) or more", checkpoint);
        }

        boolean isValidationDue(long step) {
            return isDue(validate, step);
        }

        boolean isSampleDue(long step) {
            return isDue(sample, step);
        }

        boolean isCheckpointDue(long step) {
            return isDue(checkpoint, step);
        }

        private static boolean isDue(long interval, long step) {
            return interval > 0 && step % interval == 0;
        }
    }

    /** What a recipe says; the builder changes it. */
    public static TrainingOptionsBuilder of(TrainingRecipe recipe) {
        return new TrainingOptionsBuilder(recipe);
    }

    /** Steps of the whole run. */
    public long steps() {
        return schedule.steps();
    }

    /** Places for tokens in a step; as many targets, or fewer where not every token is to be learned. */
    public long tokensPerStep() {
        return (long) batch * sequence * accumulate;
    }

    private static void check(boolean valid, String name, String expected, Object found) {
        if (!valid) {
            throw QuipuException.of(expected, String.valueOf(found), name, "");
        }
    }
}
