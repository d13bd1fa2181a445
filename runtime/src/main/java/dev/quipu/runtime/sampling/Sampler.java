package dev.quipu.runtime.sampling;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;

/** Chooses the tokens of one sequence from logits. Equal options, seeds and logits give equal tokens on every machine. */
public sealed interface Sampler permits StandardSampler, Llama2cSampler {
    /**
     * A sampler for a new sequence.
     *
     * @param vocabulary the number of ids to choose from: the tokenizer's, which may be fewer than the model's
     * @throws QuipuException if the options' rule takes no such seed
     */
    static Sampler of(SamplingOptions options, int vocabulary, long seed) {
        if (vocabulary < 1) {
            throw new AssertionError("vocabulary of " + vocabulary);
        }
        return switch (options.rule()) {
            case QUIPU -> new StandardSampler(options, vocabulary, seed);
            case LLAMA2C -> new Llama2cSampler(options, vocabulary, seed);
        };
    }

    /** Makes tokens of the prompt known to the repetition penalty. */
    void observe(int... tokens);

    /**
     * Chooses the next token and observes it.
     *
     * @param segment holds 32-bit floats
     * @param offset byte offset of the row's first logit; the row has at least as many as the vocabulary
     * @throws QuipuException if a logit is not finite
     */
    int sample(MemorySegment segment, long offset);

    /** Chooses the next token from a row of logits, at least as many as the vocabulary, and observes it. */
    default int sample(float[] row) {
        return sample(MemorySegment.ofArray(row), 0);
    }

    /** Refuses logits that no probabilities follow from. */
    static void checkFinite(float[] logits) {
        for (int token = 0; token < logits.length; token++) {
            if (!Float.isFinite(logits[token])) {
                throw QuipuException.of(
                        "finite logits",
                        logits[token] + " for token " + token,
                        "sampling",
                        "the weights are damaged or hold non-finite values");
            }
        }
    }
}
