package dev.quipu.runtime.tokenizer.bpe;

/**
 * The split pattern of Llama 3, and Qwen 2's, which differs in the longest number. Contractions are of any case; any sign goes
 * with the letters behind it, signs and white space with the line ends behind them.
 *
 * @param longestNumber in characters: 3 in Llama 3, 1 in Qwen 2
 */
record Llama3Pattern(String expression, int longestNumber) implements WordPattern {
    static final String LLAMA3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    static final String QWEN2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final char LONG_S = '\u017F';

    @Override
    public int wordEnd(char[] text, int begin, int end) {
        char first = text[begin];
        if (first == '\'') {
            int length = contraction(text, begin + 1, end);
            if (length > 0) {
                return begin + 1 + length;
            }
        }
        byte kind = CharacterClass.at(text, begin, end);
        if (kind == CharacterClass.LETTER) {
            return CharacterClass.runEnd(text, begin, end, CharacterClass.LETTER);
        }
        if (kind == CharacterClass.NUMBER) {
            return numberEnd(text, begin, end);
        }
        int next = begin + CharacterClass.length(text, begin, end);
        if (!CharacterClass.isNewline(first) && next < end) {
            byte following = CharacterClass.at(text, next, end);
            if (following == CharacterClass.LETTER) {
                return CharacterClass.runEnd(text, next, end, CharacterClass.LETTER);
            }
            if (first == ' ' && following == CharacterClass.OTHER) {
                return signsEnd(text, next, end);
            }
        }
        return kind == CharacterClass.OTHER ? signsEnd(text, begin, end) : spaceEnd(text, begin, end);
    }

    private int numberEnd(char[] text, int begin, int end) {
        int at = begin;
        for (int i = 0; i < longestNumber && at < end; i++) {
            if (CharacterClass.at(text, at, end) != CharacterClass.NUMBER) {
                break;
            }
            at += CharacterClass.length(text, at, end);
        }
        return at;
    }

    private static int signsEnd(char[] text, int begin, int end) {
        int at = CharacterClass.runEnd(text, begin, end, CharacterClass.OTHER);
        while (at < end && CharacterClass.isNewline(text[at])) {
            at++;
        }
        return at;
    }

    private static int spaceEnd(char[] text, int begin, int end) {
        int runEnd = CharacterClass.runEnd(text, begin, end, CharacterClass.SPACE);
        for (int at = runEnd; at > begin; at--) {
            if (CharacterClass.isNewline(text[at - 1])) {
                return at;
            }
        }
        return WordPattern.spaceEnd(begin, runEnd, end);
    }

    /** The number of characters behind an apostrophe that make a contraction, or 0. Folding case, the long s is an s. */
    private static int contraction(char[] text, int at, int end) {
        if (at >= end) {
            return 0;
        }
        char second = at + 1 < end ? text[at + 1] : 0;
        return switch (text[at]) {
            case 's', 'S', LONG_S, 't', 'T', 'm', 'M', 'd', 'D' -> 1;
            case 'r', 'R', 'v', 'V' -> second == 'e' || second == 'E' ? 2 : 0;
            case 'l', 'L' -> second == 'l' || second == 'L' ? 2 : 0;
            default -> 0;
        };
    }

    @Override
    public boolean canCut(CharSequence text, int at) {
        char before = text.charAt(at - 1);
        return text.charAt(at) == ' '
                ? !CharacterClass.isSpace(before)
                : before == '\n' && CharacterClass.isLetter(text.charAt(at));
    }
}
