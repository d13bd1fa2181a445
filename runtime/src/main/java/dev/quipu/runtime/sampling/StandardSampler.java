package dev.quipu.runtime.sampling;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Quipu's own sampler. It remembers the tokens of the sequence, for the repetition penalty.
 *
 * <p>The same options, seed and logits give the same tokens on every machine: random numbers are those of
 * {@code java.util.random}'s {@value #ALGORITHM}, one per token; probabilities are computed in double precision with
 * {@link StrictMath}. They are added up by id: what order tokens that are about equally likely have changes with a logit's last bits,
 * which depend on how many texts are made together. Only top-p goes from the likeliest token on, the lower id first among equals.
 *
 * <p>A token of a vocabulary of 32,000 costs its exponentials and no sort, but of the few that top-p has to choose from.
 */
final class StandardSampler implements Sampler {
    /** The name of the random number generator. */
    private static final String ALGORITHM = "L64X128MixRandom";

    private final SamplingOptions options;
    private final RandomGenerator random;
    private final BitSet seen = new BitSet();
    private final float[] logits;
    /** The logits, sorted where top-k asks. */
    private final float[] rising;
    /** Relative to the likeliest token's probability; 0 of what is left out. */
    private final double[] weights;
    /** Of the tokens that top-p chooses from. */
    private final long[] ranking;

    StandardSampler(SamplingOptions options, int vocabulary, long seed) {
        this.options = options;
        this.random = RandomGeneratorFactory.of(ALGORITHM).create(seed);
        this.logits = new float[vocabulary];
        this.rising = new float[vocabulary];
        this.weights = new double[vocabulary];
        this.ranking = new long[vocabulary];
    }

    @Override
    public void observe(int... tokens) {
        for (int token : tokens) {
            seen.set(token);
        }
    }

    @Override
    public int sample(MemorySegment segment, long offset) {
        MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, offset, logits, 0, logits.length);
        return sample();
    }

    private int sample() {
        Sampler.checkFinite(logits);
        penalizeRepetition();
        int token = options.isGreedy() ? likeliest() : draw();
        seen.set(token);
        return token;
    }

    private void penalizeRepetition() {
        float penalty = (float) options.repetitionPenalty();
        for (int token = seen.nextSetBit(0); token >= 0 && token < logits.length; token = seen.nextSetBit(token + 1)) {
            logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty;
        }
    }

    private int likeliest() {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }

    private int draw() {
        weigh(leastLogit());
        if (options.topP() < 1) {
            keepTopP();
        }
        double mass = 0;
        for (int token = 0; token < weights.length; token++) {
            weights[token] = weights[token] < options.minP() ? 0 : weights[token];
            mass += weights[token];
        }
        double target = random.nextDouble() * mass;
        double below = 0;
        int chosen = 0;
        for (int token = 0; token < weights.length; token++) {
            if (weights[token] > 0) {
                chosen = token;
                below += weights[token];
                if (target < below) {
                    return token;
                }
            }
        }
        return chosen; // where rounding left the target at the end
    }

    /** The k-th largest logit, which those equal to it pass, too. */
    private double leastLogit() {
        if (options.topK() == 0 || options.topK() >= logits.length) {
            return Double.NEGATIVE_INFINITY;
        }
        System.arraycopy(logits, 0, rising, 0, logits.length);
        Arrays.sort(rising);
        return rising[rising.length - options.topK()];
    }

    private void weigh(double leastLogit) {
        double best = logits[likeliest()];
        for (int token = 0; token < logits.length; token++) {
            double logit = logits[token];
            weights[token] = logit < leastLogit ? 0 : StrictMath.exp((logit - best) / options.temperature());
        }
    }

    /**
     * Leaves out what stands behind the likeliest tokens that have the mass together. A token of less than
     * {@code (1 - p) / n} of all mass does: it and the fewer than n tokens behind it have less than 1 - p. Half of that is asked
     * for, so that rounding leaves out none of the others.
     */
    private void keepTopP() {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double least = (1 - options.topP()) * total / weights.length / 2;
        int count = 0;
        for (int token = 0; token < weights.length; token++) {
            if (weights[token] >= least && weights[token] > 0) {
                ranking[count++] = rank(token);
            } else {
                weights[token] = 0;
            }
        }
        Arrays.sort(ranking, 0, count);
        double enough = options.topP() * total;
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            int token = (int) ranking[rank];
            double weight = weights[token];
            weights[token] = sum < enough ? weight : 0;
            sum += weight;
        }
    }

    /**
     * A number that falls as the logit rises, and rises with the id among equals: the logit's bits, turned into an integer that
     * orders as the float does and then reversed, above the id. So the sort is of primitives.
     */
    private long rank(int token) {
        // Adding zero makes -0 and 0 the same bits.
        int bits = Float.floatToRawIntBits(logits[token] + 0f);
        int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        return ((long) ~ascending << Integer.SIZE) | token;
    }
}
