package dev.quipu.runtime.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;

/** A piece for each character and for each text that is always whole. */
final class CharacterEncoder implements PieceEncoder {
    private final Vocabulary vocabulary;

    CharacterEncoder(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public void encode(byte[] text, int size, TokenOutput output) {
        int from = 0;
        while (from < size) {
            int whole = vocabulary.userDefined().longest(text, from, size);
            int to = from + (whole > 0 ? whole : Utf8.announcedLength(text, from, size));
            String piece = new String(text, from, to - from, StandardCharsets.UTF_8);
            output.add(vocabulary.texts().getOrDefault(piece, vocabulary.unknown()), text, from, to);
            from = to;
        }
    }
}
