package dev.quipu.runtime.generation;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.sampling.SamplingOptions;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How a text is continued.
 *
 * @param sampling how each token is chosen
 * @param maxTokens the most tokens to add, 0 or more
 * @param seed of the random numbers; equal seeds give equal texts
 * @param stops texts that end the text, and are no part of it
 * @param ends ids that end the text, beside those of the tokenizer
 * @param alternatives how many of the likeliest tokens to name with each token's log-probability; empty for no log-probabilities
 */
public record GenerationOptions(
        SamplingOptions sampling,
        int maxTokens,
        long seed,
        List<String> stops,
        Set<Integer> ends,
        OptionalInt alternatives) {
    public GenerationOptions {
        stops = List.copyOf(stops);
        ends = Set.copyOf(ends);
        if (maxTokens < 0) {
            throw QuipuException.of("a number of tokens of 0 or more", Integer.toString(maxTokens), "generation", "");
        }
        if (stops.contains("")) {
            throw QuipuException.of("a stop text", "an empty one", "generation", "");
        }
        if (alternatives.isPresent() && alternatives.getAsInt() < 0) {
            throw QuipuException.of(
                    "a number of alternatives of 0 or more",
                    Integer.toString(alternatives.getAsInt()),
                    "generation",
                    "");
        }
    }

    /** Options without stops and log-probabilities. */
    public GenerationOptions(SamplingOptions sampling, int maxTokens, long seed) {
        this(sampling, maxTokens, seed, List.of(), Set.of(), OptionalInt.empty());
    }

    /** The same with another seed. */
    public GenerationOptions withSeed(long other) {
        return new GenerationOptions(sampling, maxTokens, other, stops, ends, alternatives);
    }

    /** The same with these texts as stops. */
    public GenerationOptions stoppingAt(List<String> texts) {
        return new GenerationOptions(sampling, maxTokens, seed, texts, ends, alternatives);
    }

    /** The same with these ids as ends. */
    public GenerationOptions endingAt(Set<Integer> ids) {
        return new GenerationOptions(sampling, maxTokens, seed, stops, ids, alternatives);
    }

    /** The same with each token's log-probability and so many alternatives. */
    public GenerationOptions withAlternatives(int number) {
        return new GenerationOptions(sampling, maxTokens, seed, stops, ends, OptionalInt.of(number));
    }
}
