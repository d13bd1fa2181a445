package dev.quipu.runtime.tokenizer.bpe;

/** Where a piece of text stands, which tells whether it gets the space that some tokenizers put before a text. */
enum Place {
    /** At the beginning of a text. */
    BEGINNING,
    /** At the beginning of the part of a text that is encoded apart from what stands before it. */
    CONTINUATION,
    /** Behind another piece. */
    INSIDE;

    /** The place of a part of a piece. */
    Place of(boolean firstPart) {
        return firstPart ? this : INSIDE;
    }
}
