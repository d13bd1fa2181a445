package dev.quipu.runtime.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;

/** A piece for each word; a word begins at a visible space. */
final class WordEncoder implements PieceEncoder {
    private static final byte[] SPACE = String.valueOf(Normalizer.VISIBLE_SPACE).getBytes(StandardCharsets.UTF_8);

    private final Vocabulary vocabulary;

    WordEncoder(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public void encode(byte[] text, int size, TokenOutput output) {
        int from = 0;
        while (from < size) {
            int to = from + 1;
            while (to < size && !beginsWord(text, to, size)) {
                to++;
            }
            String word = new String(text, from, to - from, StandardCharsets.UTF_8);
            output.add(vocabulary.texts().getOrDefault(word, vocabulary.unknown()), text, from, to);
            from = to;
        }
    }

    private static boolean beginsWord(byte[] text, int at, int size) {
        return size - at >= SPACE.length
                && text[at] == SPACE[0]
                && text[at + 1] == SPACE[1]
                && text[at + 2] == SPACE[2];
    }
}
