package dev.quipu.runtime.tokenizer.sentencepiece;

/** Where a text may be cut so that its parts, encoded apart, have the ids of the whole. */
@FunctionalInterface
interface CutRule {
    /**
     * For models whose every choice may depend on any other: the sums of a unigram model are rounded from the beginning of a
     * text, and the rounding decides between equal cuts.
     */
    CutRule NEVER = (text, at) -> false;

    /** Whether a text may be cut before the character at an index that is neither its beginning nor its end. */
    boolean canCut(CharSequence text, int at);
}
