package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Byte-pair encoding's training: merges the best pair of neighbours again and again.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch: Neural Machine Translation of Rare Words with Subword
 *     Units, section 3.2</a>
 */
final class PairMerging {
    private final Symbols symbols;
    private final SymbolRows rows;
    private final SymbolPairs pairs;

    PairMerging(WordCounts words, Alphabet alphabet, PieceRules rules) {
        symbols = new Symbols(alphabet);
        rows = new SymbolRows(words, symbols);
        pairs = new SymbolPairs(symbols, new PieceShape(rules));
        forEachPair((left, right) -> pairs.expect(rows.symbol(left), rows.symbol(right)));
        forEachPair(this::found);
    }

    private interface Neighbours {
        void at(int left, int right);
    }

    private void forEachPair(Neighbours neighbours) {
        for (int place = 0; place < rows.size(); place++) {
            if (rows.symbol(place) >= 0 && rows.next(place) != SymbolRows.NONE) {
                neighbours.at(place, rows.next(place));
            }
        }
    }

    /** The merged pieces, the best first; fewer than wanted when no pair is left. */
    List<String> merge(int wanted, BpeTrainerListener listener) {
        List<String> pieces = new ArrayList<>(wanted);
        while (pieces.size() < wanted) {
            Optional<SymbolPair> best = pairs.best();
            if (best.isEmpty()) {
                return pieces;
            }
            pieces.add(pairs.text(best.get()));
            merge(best.get());
            listener.merged(pieces.size(), wanted, pieces.getLast());
        }
        return pieces;
    }

    private void merge(SymbolPair pair) {
        int merged = symbols.add(symbols.joined(pair.left(), pair.right()));
        for (int place : pair.places()) {
            if (rows.symbol(place) != pair.left()) {
                continue;
            }
            int right = rows.next(place);
            if (right == SymbolRows.NONE || rows.symbol(right) != pair.right()) {
                continue;
            }
            merge(place, right, merged);
        }
        pair.forget();
    }

    private void merge(int left, int right, int merged) {
        int previous = rows.previous(left);
        int next = rows.next(right);
        lost(previous, left);
        lost(right, next);
        rows.merge(left, right, merged);
        found(previous, left);
        found(left, next);
    }

    private void found(int left, int right) {
        if (left != SymbolRows.NONE && right != SymbolRows.NONE) {
            pairs.found(rows.symbol(left), rows.symbol(right), left, rows.count(left));
        }
    }

    private void lost(int left, int right) {
        if (left != SymbolRows.NONE && right != SymbolRows.NONE) {
            pairs.lost(rows.symbol(left), rows.symbol(right), rows.count(left));
        }
    }
}
