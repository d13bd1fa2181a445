package dev.quipu.runtime.training;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.TrainingRecipe;

/** How a model that has weights is trained on, where nobody says otherwise. */
public final class TuningRecipe {
    private static final int LONGEST_SEQUENCE = 512;
    private static final int BATCH = 8;
    private static final int PASSES = 3;
    private static final int FEWEST_STEPS = 100;
    private static final int WARMUP_STEPS = 20;

    /** Of a rate for first training; Touvron et al. 2023 tune Llama 2 at 2e-5, a fifteenth of what they trained it with. */
    private static final double SHARE = 0.1;

    private TuningRecipe() {}

    /**
     * Three passes over the text, and at least 100 steps, of eight sequences of 512 tokens, or as long as the context is. All
     * parameters move at a tenth of the rate for first training, so that what they know stays; adapters, which know nothing, at
     * the whole rate.
     *
     * @param textTokens tokens of the text
     * @param adapters whether only adapters are trained
     * @param stepsBefore steps that the run has made elsewhere, for which there are tokens beside those of the passes
     */
    public static TrainingRecipe of(Model model, long textTokens, boolean adapters, long stepsBefore) {
        int sequence = Math.min(LONGEST_SEQUENCE, model.contextLength());
        long batchTokens = (long) BATCH * sequence;
        double rate = firstRate(model) * (adapters ? 1 : SHARE);
        long tokens = Math.max(PASSES * textTokens, FEWEST_STEPS * batchTokens) + stepsBefore * batchTokens;
        return TrainingRecipe.of(rate, WARMUP_STEPS, sequence, batchTokens, tokens);
    }

    /** Kaplan et al. 2020, equation D.1, which holds to about a billion parameters; rates of larger models differ little. */
    private static double firstRate(Model model) {
        long parameters = Trace.parameters(model).values().stream()
                .mapToLong(parameter -> parameter.shape().elements())
                .sum();
        double rate = Math.max(1e-4, 0.003239 - 0.0001395 * StrictMath.log((double) parameters));
        double decimals = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(rate)) - 1);
        return Math.round(rate / decimals) * decimals;
    }
}
