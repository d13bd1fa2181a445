package dev.quipu.runtime.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * All pairs of neighbours that may become pieces, the best first: the most frequent, of those the shortest, of those the first
 * in the order of their bytes.
 *
 * <p>Both symbols of a pair exist before it does, and symbols are made all at once. So a pair is found everywhere in one go,
 * between two calls of {@link #best}; from then on its count only falls. That is why the queue may hold old counts: a pair
 * whose count fell is put back when it comes out.
 */
final class SymbolPairs {
    /** Stands for pairs that are no pieces, or no more: of forbidden shape, merged, or of a text that is a piece already. */
    private static final SymbolPair CLOSED = new SymbolPair(Symbols.UNKNOWN, Symbols.UNKNOWN, 0, 0);

    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private final Symbols symbols;
    private final PieceShape shape;
    private final Map<Long, SymbolPair> pairs = new HashMap<>();
    private final Set<String> pieces = new HashSet<>();
    private final PriorityQueue<SymbolPair> queue;
    private final List<SymbolPair> found = new ArrayList<>();
    private int made;

    SymbolPairs(Symbols symbols, PieceShape shape) {
        this.symbols = symbols;
        this.shape = shape;
        this.queue = new PriorityQueue<>(Comparator.comparingLong(SymbolPair::queuedCount)
                .reversed()
                .thenComparingInt(SymbolPair::length)
                .thenComparing(symbols::compare)
                .thenComparingInt(SymbolPair::number));
    }

    /** Two symbols will be found side by side once more. */
    void expect(int left, int right) {
        open(left, right).ifPresent(SymbolPair::expect);
    }

    /** Two symbols have become neighbours. */
    void found(int left, int right, int place, long times) {
        open(left, right).ifPresent(pair -> pair.found(place, times));
    }

    private Optional<SymbolPair> open(int left, int right) {
        if (left == Symbols.UNKNOWN || right == Symbols.UNKNOWN) {
            return Optional.empty();
        }
        SymbolPair pair = pairs.computeIfAbsent(key(left, right), key -> make(left, right));
        return pair == CLOSED ? Optional.empty() : Optional.of(pair);
    }

    /** Two symbols are no longer neighbours somewhere. */
    void lost(int left, int right, long times) {
        SymbolPair pair = pairs.get(key(left, right));
        if (pair != null && pair != CLOSED) {
            pair.lost(times);
        }
    }

    private SymbolPair make(int left, int right) {
        int[] text = symbols.joined(left, right);
        if (!shape.allows(text)) {
            return CLOSED;
        }
        SymbolPair pair = new SymbolPair(left, right, text.length, made++);
        found.add(pair);
        return pair;
    }

    /** A key of its own for each pair. Multiplying by an odd number spreads neighbouring numbers over a hash table. */
    private static long key(int left, int right) {
        return (((long) left << Integer.SIZE) | right) * MIXER;
    }

    /** Takes the best pair out for good; none if no pair occurs any more. Another pair of the same text will never be the best. */
    Optional<SymbolPair> best() {
        found.forEach(this::enqueue);
        found.clear();
        for (SymbolPair pair = queue.poll(); pair != null; pair = queue.poll()) {
            if (pair.count() == pair.queuedCount()) {
                pairs.put(key(pair.left(), pair.right()), CLOSED);
                if (pieces.add(text(pair))) {
                    return Optional.of(pair);
                }
                pair.forget();
            } else {
                enqueue(pair);
            }
        }
        return Optional.empty();
    }

    private void enqueue(SymbolPair pair) {
        if (pair.count() > 0) {
            pair.queued();
            queue.add(pair);
        } else {
            pairs.remove(key(pair.left(), pair.right()), pair);
        }
    }

    String text(SymbolPair pair) {
        int[] text = symbols.joined(pair.left(), pair.right());
        return new String(text, 0, text.length);
    }
}
