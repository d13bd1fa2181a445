package dev.quipu.runtime.tokenizer.merging;

/**
 * Merges words of few symbols as {@link PairMerger} does, but looks through all pairs for the best one: that takes less time
 * than to keep them in order. Holds scratch memory, so it is used by one thread.
 */
public final class ShortMerger {
    private final MergeRules rules;
    private final long[] merges;

    /** With the greatest number of symbols that a word may have. */
    public ShortMerger(MergeRules rules, int most) {
        this.rules = rules;
        this.merges = new long[most];
    }

    /** Merges the {@code count} symbols from a position on, in place; returns how many are left there. */
    public int merge(int[] symbols, int from, int count) {
        for (int i = 0; i + 1 < count; i++) {
            merges[i] = rules.merge(symbols[from + i], symbols[from + i + 1]);
        }
        int left = count;
        while (left > 1) {
            int best = 0;
            for (int i = 1; i + 1 < left; i++) {
                if (MergeRules.rank(merges[i]) < MergeRules.rank(merges[best])) {
                    best = i;
                }
            }
            if (merges[best] == MergeRules.NEVER) {
                break;
            }
            symbols[from + best] = MergeRules.symbol(merges[best]);
            left--;
            for (int i = best + 1; i < left; i++) {
                symbols[from + i] = symbols[from + i + 1];
                merges[i] = merges[i + 1];
            }
            if (best > 0) {
                merges[best - 1] = rules.merge(symbols[from + best - 1], symbols[from + best]);
            }
            if (best + 1 < left) {
                merges[best] = rules.merge(symbols[from + best], symbols[from + best + 1]);
            }
        }
        return left;
    }
}
