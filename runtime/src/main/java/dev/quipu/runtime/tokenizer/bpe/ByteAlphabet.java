package dev.quipu.runtime.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's alphabet: a printable character for each byte. Bytes that Latin-1 prints stand for themselves, the others for the
 * characters from U+0100 on, so a space is {@code Ġ}.
 */
final class ByteAlphabet {
    static final int BYTES = 256;
    private static final int NONE = -1;
    private static final char FIRST_SUBSTITUTE = 0x100;
    private static final char[] CHARACTERS = characters();
    private static final short[] VALUES = values();

    private ByteAlphabet() {}

    /** The character of a byte, 0 to 255. */
    static char character(int value) {
        return CHARACTERS[value];
    }

    /** The bytes that the characters of a text stand for; of a text with other characters its UTF-8, as the original does. */
    static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char character = text.charAt(i);
            if (character >= VALUES.length || VALUES[character] == NONE) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) VALUES[character];
        }
        return bytes;
    }

    private static char[] characters() {
        char[] characters = new char[BYTES];
        char next = FIRST_SUBSTITUTE;
        for (int value = 0; value < BYTES; value++) {
            boolean printed = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
            characters[value] = printed ? (char) value : next++;
        }
        return characters;
    }

    private static short[] values() {
        short[] values = new short[FIRST_SUBSTITUTE + BYTES];
        Arrays.fill(values, (short) NONE);
        for (int value = 0; value < BYTES; value++) {
            values[CHARACTERS[value]] = (short) value;
        }
        return values;
    }
}
