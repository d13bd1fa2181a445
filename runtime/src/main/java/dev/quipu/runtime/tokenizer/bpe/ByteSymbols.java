package dev.quipu.runtime.tokenizer.bpe;

import java.nio.charset.StandardCharsets;

/** The bytes of a word's UTF-8 as tokens. */
final class ByteSymbols implements Symbols {
    /** Marks a byte that has no token. */
    static final int NONE = -1;

    private static final char REPLACEMENT = '\uFFFD';

    private final int[] tokens;
    private final Unknown unknown;

    /** With the token of each byte, or {@link #NONE}. */
    ByteSymbols(int[] tokens, Unknown unknown) {
        this.tokens = tokens;
        this.unknown = unknown;
    }

    @Override
    public int symbols(char[] word, int begin, int end, int[] symbols) {
        int count = 0;
        boolean afterUnknown = false;
        for (int i = begin; i < end; i++) {
            char unit = word[i];
            if (unit < 0x80) {
                int token = tokens[unit];
                count = token == NONE ? unknown.append(symbols, count, afterUnknown) : put(symbols, count, token);
                afterUnknown = token == NONE;
                continue;
            }
            long bytes = utf8(word, i, end);
            i += CharacterClass.length(word, i, end) - 1;
            for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
                int value = (int) (bytes >>> shift) & 0xFF;
                if (value != 0) {
                    int token = tokens[value];
                    count = token == NONE ? unknown.append(symbols, count, afterUnknown) : put(symbols, count, token);
                    afterUnknown = token == NONE;
                }
            }
        }
        return count;
    }

    private static int put(int[] symbols, int count, int token) {
        symbols[count] = token;
        return count + 1;
    }

    /** The bytes of a character outside ASCII, the last one lowest; none of them is zero. Half of a pair is replaced. */
    static long utf8(char[] word, int at, int end) {
        int point = word[at];
        if (point < 0x800) {
            return ((0xC0L | (point >> 6)) << 8) | 0x80 | (point & 0x3F);
        }
        if (Character.isSurrogate((char) point)) {
            if (CharacterClass.length(word, at, end) == 2) {
                int pair = Character.toCodePoint(word[at], word[at + 1]);
                return ((0xF0L | (pair >> 18)) << 24)
                        | ((0x80L | ((pair >> 12) & 0x3F)) << 16)
                        | ((0x80 | ((pair >> 6) & 0x3F)) << 8)
                        | 0x80
                        | (pair & 0x3F);
            }
            point = REPLACEMENT;
        }
        return ((0xE0L | (point >> 12)) << 16) | ((0x80 | ((point >> 6) & 0x3F)) << 8) | 0x80 | (point & 0x3F);
    }

    @Override
    public String spelling(char[] word, int begin, int end) {
        byte[] bytes = new String(word, begin, end - begin).getBytes(StandardCharsets.UTF_8);
        StringBuilder spelling = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            spelling.append(ByteAlphabet.character(value & 0xFF));
        }
        return spelling.toString();
    }
}
