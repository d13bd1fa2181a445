package dev.quipu.runtime.tokenizer.sentencepiece;

import java.lang.Character.UnicodeScript;

/**
 * Says which texts may be pieces under the rules of a training. Scripts are those of this JDK's Unicode; SentencePiece's table
 * is older, and characters that came later count as common there.
 */
record PieceShape(PieceRules rules) {
    private static final int LONG_VOWEL = 0x30FC;

    /** Whether code points, of which the alphabet has all, may be one piece. */
    boolean allows(int[] piece) {
        if (piece.length > rules.longestPiece()) {
            return false;
        }
        UnicodeScript before = null;
        for (int i = 0; i < piece.length; i++) {
            int character = piece[i];
            if (character == TrainingSentences.SPACE) {
                if (!allowsSpace(piece, i)) {
                    return false;
                }
                continue;
            }
            if (rules.splitDigits() && isDigit(character) && piece.length > 1) {
                return false;
            }
            UnicodeScript script = !rules.splitByNumber() && isDigit(character) ? null : script(character, before);
            if (rules.splitByUnicodeScript() && script != null && before != null && script != before) {
                return false;
            }
            before = script;
        }
        return true;
    }

    /** Spaces begin a piece; where words are not kept apart, they may be anywhere but at its end. */
    private boolean allowsSpace(int[] piece, int at) {
        if (at == 0 || (rules.allowWhitespaceOnlyPieces() && isSpaces(piece))) {
            return true;
        }
        return !rules.splitByWhitespace() && at < piece.length - 1;
    }

    private static boolean isSpaces(int[] piece) {
        for (int character : piece) {
            if (character != TrainingSentences.SPACE) {
                return false;
            }
        }
        return true;
    }

    /** ASCII's digits and the wide ones of East Asian text. */
    private static boolean isDigit(int character) {
        return (character >= '0' && character <= '9') || (character >= '\uFF10' && character <= '\uFF19');
    }

    /** The script that counts: Japanese words mix three; accents take after the character before them. */
    private static UnicodeScript script(int character, UnicodeScript before) {
        if (character == LONG_VOWEL) {
            return UnicodeScript.HAN;
        }
        UnicodeScript script = UnicodeScript.of(character);
        return switch (script) {
            case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
            case INHERITED -> before;
            case UNKNOWN -> UnicodeScript.COMMON;
            default -> script;
        };
    }
}
