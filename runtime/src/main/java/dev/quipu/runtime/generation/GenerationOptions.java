package dev.quipu.runtime.generation;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.sampling.SamplingOptions;

/**
 * How a text is continued.
 *
 * @param sampling how each token is chosen
 * @param maxTokens the most tokens to add, 0 or more
 * @param seed of the random numbers; equal seeds give equal texts
 */
public record GenerationOptions(SamplingOptions sampling, int maxTokens, long seed) {
    public GenerationOptions {
        if (maxTokens < 0) {
            throw QuipuException.of("a number of tokens of 0 or more", Integer.toString(maxTokens), "generation", "");
        }
    }
}
