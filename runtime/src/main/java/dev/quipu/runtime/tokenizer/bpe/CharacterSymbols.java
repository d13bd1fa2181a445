package dev.quipu.runtime.tokenizer.bpe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The characters of a word as tokens; characters that have none as the tokens of their bytes, or as unknown ones. */
final class CharacterSymbols implements Symbols {
    private static final int PLANE = 1 << 16;
    private static final int REPLACEMENT = 0xFFFD;

    private final int[] basic = new int[PLANE];
    private final Map<Integer, Integer> beyond = new HashMap<>();
    private final Optional<int[]> bytes;
    private final Unknown unknown;

    /**
     * The symbols of a vocabulary.
     *
     * @param bytes the tokens of the 256 bytes, which unknown characters fall back to
     */
    CharacterSymbols(Map<String, Integer> vocabulary, Optional<int[]> bytes, Unknown unknown) {
        Arrays.fill(basic, ByteSymbols.NONE);
        vocabulary.forEach((piece, token) -> {
            if (!piece.isEmpty() && piece.codePointCount(0, piece.length()) == 1) {
                int point = piece.codePointAt(0);
                if (point < PLANE) {
                    basic[point] = token;
                } else {
                    beyond.put(point, token);
                }
            }
        });
        this.bytes = bytes;
        this.unknown = unknown;
    }

    @Override
    public int symbols(char[] word, int begin, int end, int[] symbols) {
        int count = 0;
        boolean afterUnknown = false;
        int at = begin;
        while (at < end) {
            int token = token(word, at, end);
            if (token != ByteSymbols.NONE) {
                symbols[count++] = token;
                afterUnknown = false;
            } else if (bytes.isPresent()) {
                count = appendBytes(bytes.get(), word, at, end, symbols, count);
            } else {
                count = unknown.append(symbols, count, afterUnknown);
                afterUnknown = true;
            }
            at += CharacterClass.length(word, at, end);
        }
        return count;
    }

    private int token(char[] word, int at, int end) {
        char unit = word[at];
        if (!Character.isSurrogate(unit)) {
            return basic[unit];
        }
        return CharacterClass.length(word, at, end) == 2
                ? beyond.getOrDefault(Character.toCodePoint(unit, word[at + 1]), ByteSymbols.NONE)
                : basic[REPLACEMENT];
    }

    private static int appendBytes(int[] tokens, char[] word, int at, int end, int[] symbols, int count) {
        if (word[at] < 0x80) {
            symbols[count] = tokens[word[at]];
            return count + 1;
        }
        long utf8 = ByteSymbols.utf8(word, at, end);
        int size = count;
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            int value = (int) (utf8 >>> shift) & 0xFF;
            if (value != 0) {
                symbols[size++] = tokens[value];
            }
        }
        return size;
    }

    @Override
    public String spelling(char[] word, int begin, int end) {
        return new String(word, begin, end - begin);
    }
}
