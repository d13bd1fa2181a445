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
        checkShare(heldOut);
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

    /**
     * Splits a text between two documents.
     *
     * @param heldOut the share of the tokens, from 0 to below 1: documents are held out that lie wholly in such a tail, and at
     *     least the last, if there are two
     */
    public static DataSplit ofDocuments(TokenFile tokens, double heldOut) {
        checkShare(heldOut);
        if (heldOut == 0 || tokens.documents() < 2) {
            return new DataSplit(tokens.all(), Optional.empty());
        }
        long length = tokens.length();
        long last = tokens.documentAt(length - 1 - (long) (length * heldOut));
        long end = tokens.documentEnd(Math.clamp(last, 0, tokens.documents() - 2));
        return new DataSplit(new TokenRange(0, end), Optional.of(new TokenRange(end, length)));
    }

    private static void checkShare(double heldOut) {
        if (!(heldOut >= 0 && heldOut < 1)) {
            throw QuipuException.of("a held-out share of 0 to below 1", String.valueOf(heldOut), "data", "");
        }
    }
}
