package dev.quipu.runtime.tokenizer.bpe;

/**
 * A token that is found in a text before anything else is done with it.
 *
 * @param special whether it is a sign for the model rather than text: plain text never becomes it, and it has no text
 * @param singleWord whether it counts only where no letter stands next to it
 * @param leftStrip whether it takes the white space on its left
 * @param rightStrip whether it takes the white space on its right
 * @param normalized whether it is looked for in the normalized text, by its own normalized name
 */
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized) {}
