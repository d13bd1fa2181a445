package dev.quipu.runtime.generation;

import java.time.Duration;
import java.util.List;

/**
 * What a generator made.
 *
 * @param prompt the tokens of the prompt
 * @param tokens the tokens behind it, without the one that ends the text
 * @param text the text of {@code tokens}
 * @param prefill time for the prompt, up to the first token's logits; compilation counts
 * @param decode time for the tokens
 */
public record Generation(
        List<Integer> prompt, List<Integer> tokens, String text, End end, Duration prefill, Duration decode) {
    /** Why a text ended. */
    public enum End {
        END_OF_TEXT("end of text"),
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
    }

    /** New tokens in a second of decoding; 0 when there are none. */
    public double tokensPerSecond() {
        return tokens.isEmpty() ? 0 : tokens.size() / Math.max(1e-9, decode.toNanos() / 1e9);
    }
}
