package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.List;

/** What words are made of while pairs are merged: characters, and the pieces found so far. Each has a number. */
final class Symbols {
    /** The number of whatever has no piece. No pair contains it. */
    static final int UNKNOWN = 0;

    private static final int[] ANY_CHARACTER = {0};

    private final List<int[]> texts = new ArrayList<>();
    private final int[] ofCharacters = new int[Character.MAX_CODE_POINT + 1];

    Symbols(Alphabet alphabet) {
        texts.add(ANY_CHARACTER);
        for (int character : alphabet.characters()) {
            ofCharacters[character] = add(new int[] {character});
        }
    }

    /** The symbol of a character. */
    int ofCharacter(int character) {
        return ofCharacters[character];
    }

    /** A new symbol for a text of code points. */
    int add(int[] text) {
        texts.add(text);
        return texts.size() - 1;
    }

    int length(int symbol) {
        return texts.get(symbol).length;
    }

    /** The code points of two symbols side by side. */
    int[] joined(int left, int right) {
        int[] first = texts.get(left);
        int[] second = texts.get(right);
        int[] joined = new int[first.length + second.length];
        System.arraycopy(first, 0, joined, 0, first.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /** Compares the joined texts of two pairs of equal length by their code points, as their bytes in UTF-8 compare. */
    int compare(SymbolPair a, SymbolPair b) {
        for (int i = 0; i < a.length(); i++) {
            int order = Integer.compare(character(a, i), character(b, i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private int character(SymbolPair pair, int index) {
        int[] left = texts.get(pair.left());
        return index < left.length ? left[index] : texts.get(pair.right())[index - left.length];
    }
}
