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
 * {@link StrictMath}. What is kept of them is told from the likeliest token on, the lower id first among equals; the draw adds
 * them up by id.
 */
final class StandardSampler implements Sampler {
    /** The name of the random number generator. */
    private static final String ALGORITHM = "L64X128MixRandom";

    private final SamplingOptions options;
    private final RandomGenerator random;
    private final BitSet seen = new BitSet();
    private final float[] logits;
    private final long[] ranking;
    private final double[] probabilities;

    StandardSampler(SamplingOptions options, int vocabulary, long seed) {
        this.options = options;
        this.random = RandomGeneratorFactory.of(ALGORITHM).create(seed);
        this.logits = new float[vocabulary];
        this.ranking = new long[vocabulary];
        this.probabilities = new double[vocabulary];
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
        rank();
        int kept = keepTopK();
        double total = weigh(kept);
        kept = keepTopP(kept, total);
        kept = keepMinP(kept);
        orderByToken(kept);
        double mass = 0;
        for (int i = 0; i < kept; i++) {
            mass += probabilities[(int) ranking[i]];
        }
        double target = random.nextDouble() * mass;
        double below = 0;
        int chosen = 0;
        for (int i = 0; i < kept - 1 && target >= below + probabilities[(int) ranking[i]]; i++) {
            below += probabilities[(int) ranking[i]];
            chosen = i + 1;
        }
        return (int) (ranking[chosen] >>> Integer.SIZE);
    }

    /**
     * Turns the first ranks into tokens above their ranks, by rising token. Ranks of tokens that are about equally likely change with
     * a logit's last bits, which depend on how many texts are made together; tokens do not.
     */
    private void orderByToken(int kept) {
        for (int rank = 0; rank < kept; rank++) {
            ranking[rank] = ((long) token(rank) << Integer.SIZE) | rank;
        }
        Arrays.sort(ranking, 0, kept);
    }

    /**
     * Sorts the tokens by falling logit, then by id. A token is one long: the logit's bits, turned into an integer that
     * orders as the float does and then reversed, above the id. So the sort is of primitives and allocates nothing.
     */
    private void rank() {
        for (int token = 0; token < logits.length; token++) {
            // Adding zero makes -0 and 0 the same bits.
            int bits = Float.floatToRawIntBits(logits[token] + 0f);
            int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            ranking[token] = ((long) ~ascending << 32) | token;
        }
        Arrays.sort(ranking);
    }

    private int token(int rank) {
        return (int) ranking[rank];
    }

    private int keepTopK() {
        int kept = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
        while (kept < logits.length && logits[token(kept)] == logits[token(kept - 1)]) {
            kept++;
        }
        return kept;
    }

    /** Fills in the tempered probabilities, relative to the likeliest token's, and returns their sum. */
    private double weigh(int kept) {
        double best = logits[token(0)];
        double total = 0;
        for (int i = 0; i < kept; i++) {
            probabilities[i] = StrictMath.exp((logits[token(i)] - best) / options.temperature());
            total += probabilities[i];
        }
        return total;
    }

    private int keepTopP(int kept, double total) {
        if (options.topP() == 1) {
            return kept;
        }
        double enough = options.topP() * total;
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            sum += probabilities[i];
            if (sum >= enough) {
                return i + 1;
            }
        }
        return kept;
    }

    private int keepMinP(int kept) {
        int last = kept;
        while (probabilities[last - 1] < options.minP()) {
            last--;
        }
        return last;
    }
}
