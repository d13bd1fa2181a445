package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.StreamingDecoder;
import dev.quipu.runtime.tokenizer.Utf8StreamingDecoder;
import java.util.Arrays;

/** Decodes tokens one by one; knows whether a text has begun. */
final class BpeDecoder implements StreamingDecoder {
    private static final byte[] NO_BYTES = {};

    private final TokenVocabulary vocabulary;
    private final TokenTexts texts;
    private final Utf8StreamingDecoder utf8 = new Utf8StreamingDecoder(this::bytes);
    private boolean begun;
    private int toStrip;

    BpeDecoder(TokenVocabulary vocabulary, TokenTexts texts) {
        this.vocabulary = vocabulary;
        this.texts = texts;
        begin();
    }

    private void begin() {
        begun = false;
        toStrip = texts.beginning().map(TokenTexts.Strip::begin).orElse(0);
    }

    @Override
    public String next(int token) {
        return utf8.next(token);
    }

    @Override
    public String finish() {
        begin();
        return utf8.finish();
    }

    private byte[] bytes(int token) {
        if (vocabulary.isSpecial(token)) {
            return NO_BYTES;
        }
        byte[] bytes =
                begun || !texts.firstDiffers() ? vocabulary.bytes(token) : texts.bytes(vocabulary.piece(token), true);
        begun = true;
        return toStrip == 0
                ? bytes
                : stripped(bytes, texts.beginning().orElseThrow().character());
    }

    /** Strips what is left to strip; the first other byte ends it. */
    private byte[] stripped(byte[] bytes, char character) {
        int begin = 0;
        while (begin < bytes.length && toStrip > 0) {
            if (bytes[begin] == character) {
                begin++;
                toStrip--;
            } else {
                toStrip = 0;
            }
        }
        return Arrays.copyOfRange(bytes, begin, bytes.length);
    }
}
