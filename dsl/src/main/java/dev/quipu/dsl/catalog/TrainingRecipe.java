package dev.quipu.dsl.catalog;

import dev.quipu.dsl.QuipuException;

/**
 * How a model is trained: AdamW (Loshchilov and Hutter 2019), a learning rate that rises for some steps and then falls along
 * a cosine, gradients clipped by their global norm.
 *
 * @param learningRate highest learning rate
 * @param finalRatio the last learning rate over the highest
 * @param warmupSteps steps over which the learning rate rises from zero
 * @param sequence tokens of a sequence
 * @param batchTokens tokens of a step, a multiple of {@code sequence}
 * @param tokens tokens of the whole training
 * @param weightDecay decay of parameters of two or more dimensions, per unit of learning rate
 * @param clip largest global norm of the gradients
 * @param beta1 decay of AdamW's first moment
 * @param beta2 decay of AdamW's second moment
 * @param epsilon added to the root of the second moment
 */
public record TrainingRecipe(
        double learningRate,
        double finalRatio,
        int warmupSteps,
        int sequence,
        long batchTokens,
        long tokens,
        double weightDecay,
        double clip,
        double beta1,
        double beta2,
        double epsilon) {
    public TrainingRecipe {
        check(learningRate > 0 && Double.isFinite(learningRate), "a positive learning rate", learningRate);
        check(finalRatio >= 0 && finalRatio <= 1, "a ratio of learning rates from 0 to 1", finalRatio);
        check(warmupSteps >= 0, "a number of warm-up steps of 0 or more", warmupSteps);
        check(sequence >= 1, "a sequence of at least 1 token", sequence);
        check(
                batchTokens >= 1 && batchTokens % sequence == 0,
                "a batch of whole sequences of " + sequence + " tokens",
                batchTokens + " tokens");
        check(tokens >= batchTokens, "tokens for at least one batch of " + batchTokens, tokens);
        check(weightDecay >= 0, "a weight decay of 0 or more", weightDecay);
        check(clip > 0, "a positive norm to clip at", clip);
        check(beta1 >= 0 && beta1 < 1, "beta1 from 0 to below 1", beta1);
        check(beta2 >= 0 && beta2 < 1, "beta2 from 0 to below 1", beta2);
        check(epsilon > 0, "a positive epsilon", epsilon);
    }

    /**
     * What all recipes here have in common, LLaMA's (Touvron et al. 2023, section 2.3): cosine to 10%, decay 0.1, clipping at
     * 1.0, betas 0.9 and 0.95. The paper names no epsilon; this is AdamW's usual 1e-8.
     */
    public static TrainingRecipe of(double learningRate, int warmupSteps, int sequence, long batchTokens, long tokens) {
        return new TrainingRecipe(
                learningRate, 0.1, warmupSteps, sequence, batchTokens, tokens, 0.1, 1.0, 0.9, 0.95, 1e-8);
    }

    /** Sequences of a step. */
    public long batch() {
        return batchTokens / sequence;
    }

    /** Steps of the whole training; the last may need more tokens than are left. */
    public long steps() {
        return Math.ceilDiv(tokens, batchTokens);
    }

    private static void check(boolean holds, String expected, Object found) {
        if (!holds) {
            throw QuipuException.of(expected, String.valueOf(found), "training recipe", "");
        }
    }
}
