package dev.quipu.runtime.tokenizer.sentencepiece;

import dev.quipu.runtime.tokenizer.merging.MergeRules;
import dev.quipu.runtime.tokenizer.merging.PairMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What byte-pair merging does with two symbols that stand side by side. Symbols are the characters of the vocabulary, those
 * of ASCII whether they are there or not, and behind them the pieces of two characters and more.
 */
final class MergeTable {
    /** The symbol of a character that no piece contains. */
    static final int NONE = -1;

    /** Pairs of symbols below this one are looked up in a square. */
    private static final int SQUARE = 192;

    private final CharacterTable characters = new CharacterTable();
    private final MergeRules rules = new MergeRules();
    private final PairMap neighbours = new PairMap();
    private final boolean[] neighboursInSquare = new boolean[SQUARE * SQUARE];
    private final int[] ids;

    MergeTable(Vocabulary vocabulary) {
        characters.add(Normalizer.VISIBLE_SPACE);
        List<Map.Entry<String, Integer>> longPieces = new ArrayList<>();
        for (Map.Entry<String, Integer> entry : vocabulary.texts().entrySet()) {
            addCharacters(entry.getKey());
            boolean merges = vocabulary.type(entry.getValue()) != SentencePiece.Type.USER_DEFINED;
            if (merges && entry.getKey().codePointCount(0, entry.getKey().length()) > 1) {
                longPieces.add(entry);
            }
        }
        ids = new int[characters.size() + longPieces.size()];
        Arrays.fill(ids, vocabulary.unknown());
        vocabulary.texts().forEach((text, id) -> {
            if (text.codePointCount(0, text.length()) == 1) {
                ids[characters.number(text.codePointAt(0))] = id;
            }
        });
        longPieces.sort(
                Comparator.comparingDouble((Map.Entry<String, Integer> entry) -> -score(vocabulary, entry.getValue()))
                        .thenComparingInt(Map.Entry::getValue));
        addMerges(vocabulary, longPieces);
    }

    private void addCharacters(String text) {
        int before = NONE;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            int symbol = characters.add(text.codePointAt(at));
            if (before != NONE) {
                addNeighbours(before, symbol);
                addNeighbours(visible(before), visible(symbol));
            }
            before = symbol;
        }
    }

    /** A space within a piece that is kept whole is compared with the text's spaces, visible or not. */
    private int visible(int symbol) {
        return symbol == ' ' ? characters.number(Normalizer.VISIBLE_SPACE) : symbol;
    }

    private void addNeighbours(int left, int right) {
        if (left < SQUARE && right < SQUARE) {
            neighboursInSquare[left * SQUARE + right] = true;
        } else {
            neighbours.put(left, right, 1);
        }
    }

    /** Gives symbols to the long pieces, the best first. */
    private Map<String, Integer> symbols(List<Map.Entry<String, Integer>> longPieces) {
        Map<String, Integer> symbols = new HashMap<>();
        for (Map.Entry<String, Integer> entry : longPieces) {
            int symbol = characters.size() + symbols.size();
            ids[symbol] = entry.getValue();
            symbols.put(entry.getKey(), symbol);
        }
        return symbols;
    }

    /** A piece's score, of the two zeros always the positive one: they are equal. */
    private static float score(Vocabulary vocabulary, int id) {
        return vocabulary.piece(id).score() + 0.0f;
    }

    /** Adds the merges that make long pieces, the best first; equal scores are one rank. */
    private void addMerges(Vocabulary vocabulary, List<Map.Entry<String, Integer>> longPieces) {
        Map<String, Integer> symbols = symbols(longPieces);
        int rank = -1;
        float last = Float.NaN;
        for (Map.Entry<String, Integer> entry : longPieces) {
            float score = score(vocabulary, entry.getValue());
            rank += score == last ? 0 : 1;
            last = score;
            addMerges(symbols, entry.getKey(), rank);
        }
    }

    private void addMerges(Map<String, Integer> symbols, String text, int rank) {
        for (int at = next(text, 0); at < text.length(); at = next(text, at)) {
            int left = symbol(symbols, text.substring(0, at));
            int right = symbol(symbols, text.substring(at));
            if (left != NONE && right != NONE) {
                rules.put(left, right, rank, symbols.get(text));
            }
        }
    }

    private static int next(String text, int at) {
        return at + Character.charCount(text.codePointAt(at));
    }

    private int symbol(Map<String, Integer> symbols, String text) {
        return next(text, 0) == text.length()
                ? characters.number(text.codePointAt(0))
                : symbols.getOrDefault(text, NONE);
    }

    /** The symbol of a character, or {@link #NONE}. */
    int character(int codePoint) {
        return characters.number(codePoint);
    }

    /** Which symbols merge. */
    MergeRules rules() {
        return rules;
    }

    /** Whether a piece contains two characters side by side, each given by its symbol. */
    boolean areNeighbours(int left, int right) {
        return (left < SQUARE && right < SQUARE)
                ? neighboursInSquare[left * SQUARE + right]
                : neighbours.get(left, right) != PairMap.NONE;
    }

    /** The id of a symbol, that of the unknown piece if it has none. */
    int id(int symbol) {
        return ids[symbol];
    }
}
