package dev.quipu.runtime.tokenizer;

import dev.quipu.dsl.QuipuException;

/**
 * Decodes tokens one by one into text that can be printed at once: the bytes of a character that is not complete wait for
 * the tokens that complete it. The pieces, put together, are the text of all tokens decoded at once. A decoder is used by
 * one thread.
 */
public interface StreamingDecoder {
    /**
     * The text that one more token completes; may be empty.
     *
     * @throws QuipuException if the id is outside the vocabulary
     */
    String next(int token);

    /** The text of bytes that still wait: a replacement character for a cut one, otherwise nothing. The decoder is then fresh. */
    String finish();
}
