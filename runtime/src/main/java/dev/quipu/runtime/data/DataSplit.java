package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import java.util.Optional;

/**
 * What a model trains on, and the tail that it never sees, held out to measure it.
 *
 * @param training the first part
 * @param validation the rest; empty when the text is too short to spare a window
 */
public record DataSplit(TokenRange training, Optional<TokenRange> validation) {
    /**
     * Splits a text.
     *
     * @param name the text's name for messages
     * @param sequence the model's sequence length; a window is one token longer
     * @param heldOut the share of the tokens to hold out, from 0 to below 1; at least one window, if the text has two
     * @throws QuipuException if the text is shorter than one window
     */
    public static DataSplit of(TokenFile tokens, String name, int sequence, double heldOut) {
        if (!(heldOut >= 0 && heldOut < 1)) {
            throw QuipuException.of("a held-out share of 0 to below 1", String.valueOf(heldOut), "data", "");
        }
        long window = sequence + 1L;
        long length = tokens.length();
        if (length < window) {
            throw QuipuException.of(
                    "at least " + window + " tokens, one window of sequence length " + sequence,
                    length + " tokens",
                    name,
                    "give more text or a smaller --seq");
        }
        long held = Math.max(window, (long) (length * heldOut));
        if (heldOut == 0 || length - held < window) {
            return new DataSplit(tokens.all(), Optional.empty());
        }
        return new DataSplit(new TokenRange(0, length - held), Optional.of(new TokenRange(length - held, length)));
    }
}
