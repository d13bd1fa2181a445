package dev.quipu.runtime.tokenizer.sentencepiece;

/** Characters in bytes, with SentencePiece's own answers where the bytes are not UTF-8. */
final class Utf8 {
    /** The bytes of U+FFFD. */
    static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private static final int FIRST_SURROGATE = 0xD800;
    private static final int LAST_SURROGATE = 0xDFFF;

    private Utf8() {}

    /** The length that a first byte announces, 1 for bytes that are none, but never beyond the end. */
    static int announcedLength(byte[] text, int at, int to) {
        return Math.min(to - at, announcedLength(text[at]));
    }

    /** The length that a first byte announces, 1 for bytes that are none. */
    static int announcedLength(byte first) {
        int bits = Byte.toUnsignedInt(first) >>> 4;
        return bits < 0xC ? 1 : bits == 0xE ? 3 : bits == 0xF ? 4 : 2;
    }

    /** The length of the valid character at a position, or 0 if the bytes there are not UTF-8. */
    static int validLength(byte[] text, int at, int to) {
        byte first = text[at];
        if (first >= 0) {
            return 1;
        }
        int length = announcedLength(first);
        if (length == 1 || length > to - at || (first & 0xF8) == 0xF8) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if (!isTrail(text[at + i])) {
                return 0;
            }
        }
        int codePoint = codePoint(text, at, length);
        int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        boolean isSurrogate = codePoint >= FIRST_SURROGATE && codePoint <= LAST_SURROGATE;
        return codePoint >= least && codePoint <= Character.MAX_CODE_POINT && !isSurrogate ? length : 0;
    }

    static boolean isTrail(byte next) {
        return (next & 0xC0) == 0x80;
    }

    /** The bits of a character of 1 to 4 bytes, whether valid or not; never negative. */
    static int codePoint(byte[] text, int at, int length) {
        if (length == 1) {
            return Byte.toUnsignedInt(text[at]);
        }
        int codePoint = text[at] & 0x7F >> length;
        for (int i = 1; i < length; i++) {
            codePoint = (codePoint << 6) | (text[at + i] & 0x3F);
        }
        return codePoint;
    }
}
