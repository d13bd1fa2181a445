package dev.quipu.runtime.tokenizer.bpe;

/** The tokens that a word consists of before any merge. */
sealed interface Symbols permits ByteSymbols, CharacterSymbols {
    /** More symbols than this, times its {@code char}s, no word has: the bytes of UTF-8. */
    int MOST_PER_CHAR = 3;

    /** The symbols of a word, from the beginning of an array that is long enough; returns their number. */
    int symbols(char[] word, int begin, int end, int[] symbols);

    /** How the vocabulary spells a word. */
    String spelling(char[] word, int begin, int end);
}
