package dev.quipu.runtime.tokenizer.sentencepiece;

/**
 * A token that a model folder adds to the vocabulary of its model file, or gives a name there.
 *
 * @param id its position in the vocabulary
 * @param text its name
 * @param isSpecial whether it stands for no text
 * @param takesSpaceBefore whether spaces before its name go with it
 * @param takesSpaceBehind whether spaces behind its name go with it
 */
record AddedToken(int id, String text, boolean isSpecial, boolean takesSpaceBefore, boolean takesSpaceBehind) {}
