package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.Arrays;

/** Numbers for characters: ASCII has its own, the others are numbered as they come. */
final class CharacterTable {
    /** The number of a character that has none. */
    static final int NONE = -1;

    private static final int ASCII = 128;
    private static final int PAGE_BITS = 8;

    private final int[][] pages = new int[(Character.MAX_CODE_POINT >>> PAGE_BITS) + 1][];
    private int size;

    CharacterTable() {
        for (int character = 0; character < ASCII; character++) {
            add(character);
        }
    }

    /** How many characters have numbers: 0 to one less. */
    int size() {
        return size;
    }

    int add(int codePoint) {
        int[] page = pages[codePoint >>> PAGE_BITS];
        if (page == null) {
            page = new int[1 << PAGE_BITS];
            Arrays.fill(page, NONE);
            pages[codePoint >>> PAGE_BITS] = page;
        }
        int at = codePoint & (1 << PAGE_BITS) - 1;
        if (page[at] == NONE) {
            page[at] = size++;
        }
        return page[at];
    }

    int number(int codePoint) {
        if (codePoint > Character.MAX_CODE_POINT) {
            return NONE;
        }
        int[] page = pages[codePoint >>> PAGE_BITS];
        return page == null ? NONE : page[codePoint & (1 << PAGE_BITS) - 1];
    }
}
