package dev.quipu.runtime.tokenizer.bpe;

/**
 * A split pattern that matches any text from end to end, so that each match is a word. The patterns of GPT-2, Llama 3 and
 * Qwen 2 are scanned by hand: each character is looked at a bounded number of times, whatever the text.
 */
sealed interface WordPattern permits Gpt2Pattern, Llama3Pattern {
    /** The end of the word that begins at an index before {@code end}. */
    int wordEnd(char[] text, int begin, int end);

    /**
     * Whether a word surely begins at an index from 1 to the length less one, and the words on both sides stay as they are
     * when the text is cut there.
     */
    boolean canCut(CharSequence text, int at);

    /** The pattern as a regular expression. */
    String expression();

    /** The hand-written scanner of a regular expression, or null. */
    static WordPattern of(String expression) {
        return switch (expression) {
            case Gpt2Pattern.EXPRESSION -> new Gpt2Pattern();
            case Llama3Pattern.LLAMA3 -> new Llama3Pattern(Llama3Pattern.LLAMA3, 3);
            case Llama3Pattern.QWEN2 -> new Llama3Pattern(Llama3Pattern.QWEN2, 1);
            default -> null;
        };
    }

    /**
     * The end of what {@code \s+(?!\S)|\s+} matches at the beginning of a run of white space: all of the run where the text
     * ends behind it; otherwise its last character is left to the next word, unless it is the only one.
     */
    static int spaceEnd(int begin, int runEnd, int end) {
        return runEnd < end && runEnd - begin > 1 ? runEnd - 1 : runEnd;
    }
}
