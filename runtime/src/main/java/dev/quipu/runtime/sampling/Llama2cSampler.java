package dev.quipu.runtime.sampling;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The sampler of llama2.c's run.c: softmax of the logits over the temperature, then, with one random number a token, a walk along the
 * cumulative probabilities, either of all tokens by id or of the likeliest ones (top-p). All of it in 32-bit floats and in the
 * order of the original, so that equal logits give its tokens. Random numbers are xorshift64*'s (Vigna 2016), of which the upper
 * 24 of 32 bits count.
 *
 * <p>Top-p first drops tokens below {@code (1 - p) / (n - 1)}, which cannot be among those kept, then sorts and keeps
 * tokens until their probabilities exceed p.
 */
final class Llama2cSampler implements Sampler {
    private static final long MULTIPLIER = 0x2545F4914F6CDD1DL;

    private final float temperature;
    private final float topP;
    private final float[] probabilities;
    private long state;

    Llama2cSampler(SamplingOptions options, int vocabulary, long seed) {
        if (seed == 0) {
            throw QuipuException.of("a seed other than 0", "0", "sampling", "llama2.c's random numbers have none");
        }
        this.temperature = (float) options.temperature();
        this.topP = (float) options.topP();
        this.probabilities = new float[vocabulary];
        this.state = seed;
    }

    @Override
    public void observe(int... tokens) {
        // what came before changes nothing: there is no repetition penalty
    }

    @Override
    public int sample(MemorySegment segment, long offset) {
        MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, offset, probabilities, 0, probabilities.length);
        Sampler.checkFinite(probabilities);
        if (temperature == 0) {
            return likeliest();
        }
        for (int token = 0; token < probabilities.length; token++) {
            probabilities[token] /= temperature;
        }
        softmax();
        float coin = random();
        return topP < 1 ? amongLikeliest(coin) : amongAll(coin);
    }

    private float random() {
        state ^= state >>> 12;
        state ^= state << 25;
        state ^= state >>> 27;
        int bits = (int) ((state * MULTIPLIER) >>> 32);
        return (bits >>> 8) / 16777216.0f;
    }

    private int likeliest() {
        int best = 0;
        for (int token = 1; token < probabilities.length; token++) {
            if (probabilities[token] > probabilities[best]) {
                best = token;
            }
        }
        return best;
    }

    private void softmax() {
        float largest = probabilities[likeliest()];
        float sum = 0;
        for (int token = 0; token < probabilities.length; token++) {
            // expf rounds to the nearest float almost always, as this does
            probabilities[token] = (float) StrictMath.exp(probabilities[token] - largest);
            sum += probabilities[token];
        }
        for (int token = 0; token < probabilities.length; token++) {
            probabilities[token] /= sum;
        }
    }

    private int amongAll(float coin) {
        float below = 0;
        for (int token = 0; token < probabilities.length; token++) {
            below += probabilities[token];
            if (coin < below) {
                return token;
            }
        }
        return probabilities.length - 1;
    }

    private int amongLikeliest(float coin) {
        float cutoff = (1.0f - topP) / (probabilities.length - 1);
        Integer[] candidates = candidates(cutoff);
        float cumulative = 0;
        int last = candidates.length - 1;
        for (int i = 0; i < candidates.length; i++) {
            cumulative += probabilities[candidates[i]];
            if (cumulative > topP) {
                last = i;
                break;
            }
        }
        float target = coin * cumulative;
        float below = 0;
        for (int i = 0; i <= last; i++) {
            below += probabilities[candidates[i]];
            if (target < below) {
                return candidates[i];
            }
        }
        return candidates[last];
    }

    /** The likeliest first, the lower id first among equals, as a merge sort leaves them. */
    private Integer[] candidates(float cutoff) {
        Integer[] candidates = new Integer[probabilities.length];
        int count = 0;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] >= cutoff) {
                candidates[count++] = token;
            }
        }
        Integer[] kept = Arrays.copyOf(candidates, count);
        Arrays.sort(kept, Comparator.comparingDouble(token -> -probabilities[token]));
        return kept;
    }
}
