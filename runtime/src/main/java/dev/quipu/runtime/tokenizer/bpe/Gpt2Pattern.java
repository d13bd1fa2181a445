package dev.quipu.runtime.tokenizer.bpe;

/** GPT-2's split pattern. Contractions are lower-case; a single space goes with the letters, numbers or signs behind it. */
record Gpt2Pattern() implements WordPattern {
    static final String EXPRESSION =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    @Override
    public String expression() {
        return EXPRESSION;
    }

    @Override
    public int wordEnd(char[] text, int begin, int end) {
        char first = text[begin];
        if (first == '\'') {
            int length = contraction(text, begin + 1, end);
            if (length > 0) {
                return begin + 1 + length;
            }
        }
        int at = first == ' ' && begin + 1 < end ? begin + 1 : begin;
        byte kind = CharacterClass.at(text, at, end);
        if (kind != CharacterClass.SPACE) {
            return CharacterClass.runEnd(text, at, end, kind);
        }
        return WordPattern.spaceEnd(begin, CharacterClass.runEnd(text, begin, end, CharacterClass.SPACE), end);
    }

    /** The number of characters behind an apostrophe that make a contraction, or 0. */
    private static int contraction(char[] text, int at, int end) {
        if (at >= end) {
            return 0;
        }
        char second = at + 1 < end ? text[at + 1] : 0;
        return switch (text[at]) {
            case 's', 't', 'm', 'd' -> 1;
            case 'r', 'v' -> second == 'e' ? 2 : 0;
            case 'l' -> second == 'l' ? 2 : 0;
            default -> 0;
        };
    }

    @Override
    public boolean canCut(CharSequence text, int at) {
        char before = text.charAt(at - 1);
        if (text.charAt(at) == ' ') {
            return !CharacterClass.isSpace(before);
        }
        // of several spaces before a letter all but the last are one word, at the end of a text all are
        return before == '\n'
                && CharacterClass.isLetter(text.charAt(at))
                && (at == 1 || !CharacterClass.isSpace(text.charAt(at - 2)));
    }
}
