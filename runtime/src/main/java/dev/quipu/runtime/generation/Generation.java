package dev.quipu.runtime.generation;

import java.time.Duration;
import java.util.List;

/**
 * What a generator made.
 *
 * @param prompt the tokens of the prompt
 * @param read how many of them were read; the others were in the cache
 * @param tokens the tokens behind it, without the one that ends the text
 * @param text the text of {@code tokens}, up to a stop
 * @param likelihoods one for each of {@code tokens}, if they were asked for
 * @param prefill time for the prompt, up to the first token; compilation counts
 * @param decode time for the other tokens
 */
public record Generation(
        List<Integer> prompt,
        int read,
        List<Integer> tokens,
        String text,
        List<TokenLikelihood> likelihoods,
        End end,
        Duration prefill,
        Duration decode) {
    /** Why a text ended. */
    public enum End {
        END_OF_TEXT("end of text"),
        STOP("a stop text"),
        MAX_TOKENS("as many tokens as asked for"),
        CONTEXT("end of the context");

        private final String words;

        End(String words) {
            this.words = words;
        }

        /** For a line that a user reads. */
        public String words() {
            return words;
        }
    }

    public Generation {
        prompt = List.copyOf(prompt);
        tokens = List.copyOf(tokens);
        likelihoods = List.copyOf(likelihoods);
    }

    /** New tokens in a second of decoding; the first of them belongs to the prompt's time. 0 when there are none. */
    public double tokensPerSecond() {
        return perSecond(tokens.size() - 1, decode);
    }

    private static double perSecond(int tokens, Duration time) {
        return tokens < 1 ? 0 : tokens / Math.max(1e-9, time.toNanos() / 1e9);
    }
}
