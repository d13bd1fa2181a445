package dev.quipu.runtime.tokenizer.sentencepiece;

/** Cuts a normalised text into pieces. It has memory to work in and is used by one thread at a time. */
sealed interface PieceEncoder permits BytePairEncoder, UnigramEncoder, WordEncoder, CharacterEncoder {
    /** Writes the ids of the bytes from {@code 0} to {@code size - 1}; the array has eight more that mean nothing. */
    void encode(byte[] text, int size, TokenOutput output);
}
