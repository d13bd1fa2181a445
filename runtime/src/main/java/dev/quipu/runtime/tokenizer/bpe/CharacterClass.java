package dev.quipu.runtime.tokenizer.bpe;

/**
 * The classes of characters that split patterns name: {@code \p{L}}, {@code \p{N}} and {@code \s}, which is Unicode's
 * White_Space, and what is neither. Unicode's version is the JDK's.
 */
final class CharacterClass {
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte SPACE = 3;

    private static final int PLANE = 1 << 16;
    private static final byte[] BASIC = basic();

    private CharacterClass() {}

    /** The class of the character that begins at an index. Half of a surrogate pair alone is of class {@link #OTHER}. */
    static byte at(char[] text, int index, int end) {
        char unit = text[index];
        if (Character.isHighSurrogate(unit) && index + 1 < end && Character.isLowSurrogate(text[index + 1])) {
            return of(Character.toCodePoint(unit, text[index + 1]));
        }
        return BASIC[unit];
    }

    /** The number of {@code char}s that the character at an index takes. */
    static int length(char[] text, int index, int end) {
        return Character.isHighSurrogate(text[index]) && index + 1 < end && Character.isLowSurrogate(text[index + 1])
                ? 2
                : 1;
    }

    static boolean isSpace(char character) {
        return BASIC[character] == SPACE;
    }

    static boolean isLetter(char character) {
        return BASIC[character] == LETTER;
    }

    static boolean isNewline(char character) {
        return character == '\n' || character == '\r';
    }

    /** The end of the longest run of characters of a class that begins at an index; the index itself if there is none. */
    static int runEnd(char[] text, int index, int end, byte wanted) {
        int at = index;
        while (at < end) {
            char unit = text[at];
            if (!Character.isSurrogate(unit)) {
                if (BASIC[unit] != wanted) {
                    return at;
                }
                at++;
            } else {
                if (at(text, at, end) != wanted) {
                    return at;
                }
                at += length(text, at, end);
            }
        }
        return at;
    }

    static byte of(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            // White_Space has six control characters: tab to carriage return, and next line
            case Character.CONTROL -> (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85 ? SPACE : OTHER;
            default -> OTHER;
        };
    }

    private static byte[] basic() {
        byte[] classes = new byte[PLANE];
        for (int character = 0; character < PLANE; character++) {
            classes[character] = of(character);
        }
        return classes;
    }
}
