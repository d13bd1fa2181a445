package dev.quipu.runtime.sampling;

import dev.quipu.dsl.QuipuException;

/**
 * How the next token is chosen from its logits. The steps come in the order of Hugging Face {@code transformers}: repetition
 * penalty, temperature, top-k, top-p, min-p, draw.
 *
 * @param rule the sampler; {@link SamplingRule#LLAMA2C} knows temperature and top-p only
 * @param temperature divides the logits; 0 takes the likeliest token and leaves out the steps behind it
 * @param topK keeps the k largest logits, and those equal to the k-th; 0 keeps all
 * @param topP keeps the likeliest tokens until their probabilities add up to this (Holtzman et al. 2020); 1 keeps all
 * @param minP keeps tokens at least this likely relative to the likeliest (Nguyen et al. 2024); 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that came before (Keskar et al. 2019,
 *     CTRL, section 4.1); 1 changes nothing
 */
public record SamplingOptions(
        SamplingRule rule, double temperature, int topK, double topP, double minP, double repetitionPenalty) {
    private static final String WHERE = "sampling";

    public SamplingOptions {
        check(temperature >= 0 && Double.isFinite(temperature), "a temperature of 0 or more", temperature);
        check(topK >= 0, "top-k of 0 (all) or more", topK);
        check(topP > 0 && topP <= 1, "top-p above 0 and at most 1", topP);
        check(minP >= 0 && minP <= 1, "min-p of 0 to 1", minP);
        check(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "a repetition penalty above 0",
                repetitionPenalty);
        boolean plain = topK == 0 && minP == 0 && repetitionPenalty == 1;
        if (rule == SamplingRule.LLAMA2C && !plain) {
            throw QuipuException.of(
                    "temperature and top-p alone, which llama2.c's sampler has",
                    "top-k, min-p or a repetition penalty",
                    WHERE,
                    "");
        }
    }

    /** Options of Quipu's own sampler. */
    public SamplingOptions(double temperature, int topK, double topP, double minP, double repetitionPenalty) {
        this(SamplingRule.QUIPU, temperature, topK, topP, minP, repetitionPenalty);
    }

    /** Always the likeliest token. */
    public static SamplingOptions greedy() {
        return new SamplingOptions(0, 0, 1, 0, 1);
    }

    /** The model's own distribution at a temperature. */
    public static SamplingOptions temperature(double temperature) {
        return new SamplingOptions(temperature, 0, 1, 0, 1);
    }

    /** Whether no chance is involved. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    private static void check(boolean valid, String expected, Number found) {
        if (!valid) {
            throw QuipuException.of(expected, String.valueOf(found), WHERE, "");
        }
    }
}
