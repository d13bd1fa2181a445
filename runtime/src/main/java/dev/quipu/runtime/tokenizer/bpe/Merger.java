package dev.quipu.runtime.tokenizer.bpe;

import dev.quipu.runtime.tokenizer.merging.MergeRules;
import dev.quipu.runtime.tokenizer.merging.Neighbours;
import dev.quipu.runtime.tokenizer.merging.PairMerger;
import dev.quipu.runtime.tokenizer.merging.ShortMerger;
import java.util.Arrays;

/**
 * Merges the symbols of a word: always the pair of the lowest rank, of several the leftmost, until no two merge. A long word
 * is merged part by part where it falls apart. Holds scratch memory, so it is used by one thread.
 */
final class Merger {
    private static final int SHORT = 48;

    private final MergeRules rules;
    private final Neighbours neighbours;
    private final ShortMerger shorts;
    private PairMerger longs;

    Merger(MergeRules rules, Neighbours neighbours) {
        this.rules = rules;
        this.neighbours = neighbours;
        this.shorts = new ShortMerger(rules, SHORT);
    }

    /** Merges the first {@code count} symbols in place; returns how many are left. */
    int merge(int[] symbols, int count) {
        if (count <= SHORT) {
            return shorts.merge(symbols, 0, count);
        }
        int left = 0;
        int from = 0;
        for (int at = 1; at <= count; at++) {
            if (at == count || !neighbours.mayMeet(symbols[at - 1], symbols[at])) {
                left = mergePart(symbols, from, at, left);
                from = at;
            }
        }
        return left;
    }

    /** Merges a part and puts what is left of it to {@code left} and behind it. */
    private int mergePart(int[] symbols, int from, int to, int left) {
        int end = left;
        if (to - from <= SHORT) {
            int count = shorts.merge(symbols, from, to - from);
            for (int at = from; at < from + count; at++) {
                symbols[end++] = symbols[at];
            }
            return end;
        }
        if (longs == null) {
            longs = new PairMerger(rules, PairMerger.Listener.NONE);
        }
        int[] part = Arrays.copyOfRange(symbols, from, to);
        longs.merge(part, part.length);
        for (int at = 0; at < part.length; at = longs.next(at)) {
            symbols[end++] = part[at];
        }
        return end;
    }
}
