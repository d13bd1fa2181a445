package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.dsl.QuipuException;

/**
 * Which texts a trainer may make a piece of.
 *
 * @param longestPiece in characters
 * @param splitByUnicodeScript whether a piece keeps to one script; Han, Hiragana and Katakana count as one
 * @param splitByNumber whether digits and other characters stay apart
 * @param splitByWhitespace whether a piece stays within a word
 * @param splitDigits whether every digit is a piece of its own
 * @param allowWhitespaceOnlyPieces whether several spaces may be a piece
 */
public record PieceRules(
        int longestPiece,
        boolean splitByUnicodeScript,
        boolean splitByNumber,
        boolean splitByWhitespace,
        boolean splitDigits,
        boolean allowWhitespaceOnlyPieces) {
    /** What a model file means when it says nothing. */
    public static final PieceRules DEFAULT = new PieceRules(16, true, true, true, false, false);

    /** What LLaMA's tokenizer was trained with: digits one by one, and pieces of several spaces. */
    public static final PieceRules LLAMA = new PieceRules(16, true, true, true, true, true);

    private static final int MAXIMUM_LONGEST_PIECE = 512;

    public PieceRules {
        if (longestPiece < 1 || longestPiece > MAXIMUM_LONGEST_PIECE) {
            throw QuipuException.of(
                    "1 to " + MAXIMUM_LONGEST_PIECE + " characters", String.valueOf(longestPiece), "longest piece", "");
        }
    }
}
