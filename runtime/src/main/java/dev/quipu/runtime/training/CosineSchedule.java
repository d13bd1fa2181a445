package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;

/**
 * The learning rate of the LLaMA paper (section 2.3): a linear warm-up to the peak, then half a cosine down to a share of it.
 *
 * @param peak the highest rate
 * @param warmup steps of the warm-up; the last of them has the peak
 * @param steps all steps, the warm-up included
 * @param finalShare the last step's rate as a share of the peak
 */
public record CosineSchedule(double peak, long warmup, long steps, double finalShare) {
    /** The share of the LLaMA paper. */
    public static final double PAPER_FINAL_SHARE = 0.1;

    private static final String WHERE = "learning rate";

    public CosineSchedule {
        check(peak > 0 && Double.isFinite(peak), "a peak above 0", peak);
        check(steps >= 1, "at least 1 step", steps);
        check(warmup >= 0 && warmup <= steps, "a warm-up of 0 to " + steps + " steps", warmup);
        check(finalShare >= 0 && finalShare <= 1, "a final share of 0 to 1", finalShare);
    }

    /** The rate of a step, the first of which is 1. */
    public double at(long step) {
        if (step < 1 || step > steps) {
            throw new AssertionError("step " + step + " of " + steps);
        }
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double progress = (double) (step - warmup) / (steps - warmup);
        return peak * (finalShare + (1 - finalShare) * 0.5 * (1 + StrictMath.cos(Math.PI * progress)));
    }

    private static void check(boolean valid, String expected, Number found) {
        if (!valid) {
            throw QuipuException.of(expected, String.valueOf(found), WHERE, "");
        }
    }
}
