package dev.quipu.runtime.tokenizer.merging;

/**
 * Merges the symbols of a word of any length, always the pair of the lowest rank, of several the leftmost, until no two merge.
 * The pairs that can be merged wait in a {@link MergeQueue}. Holds scratch memory, so it is used by one thread.
 */
public final class PairMerger {
    private final MergeRules rules;
    private final Listener listener;
    private final MergeQueue queue;
    private long[] merges = {};
    private int[] next = {};
    private int[] previous = {};

    /** Is told of each pair that can be merged, before it is. */
    public interface Listener {
        /** For those who need not know. */
        Listener NONE = (left, right, symbol) -> {};

        /** The symbols at two positions can become a third. */
        void possible(int left, int right, int symbol);
    }

    public PairMerger(MergeRules rules, Listener listener) {
        this.rules = rules;
        this.listener = listener;
        this.queue = new MergeQueue(rules.rankCount());
    }

    /**
     * Merges the first {@code count} symbols. A merged symbol stands where its leftmost one was; {@link #next} leads from one
     * that is left, beginning with the first, to the next.
     *
     * @param symbols negative ones are never merged
     */
    public void merge(int[] symbols, int count) {
        if (next.length < count) {
            merges = new long[symbols.length];
            next = new int[symbols.length];
            previous = new int[symbols.length];
            queue.reserve(symbols.length);
        }
        for (int at = 0; at < count; at++) {
            next[at] = at + 1;
            previous[at] = at - 1;
            merges[at] = MergeRules.NEVER;
        }
        for (int at = 1; at < count; at++) {
            offer(symbols, at - 1, at);
        }
        for (int at = queue.first(); at >= 0; at = queue.first()) {
            join(symbols, at, count);
        }
    }

    /** The position of the symbol behind one, the number of symbols if there is none. */
    public int next(int at) {
        return next[at];
    }

    private void join(int[] symbols, int at, int count) {
        int gone = next[at];
        symbols[at] = MergeRules.symbol(merges[at]);
        withdraw(at);
        withdraw(gone);
        next[at] = next[gone];
        if (next[at] < count) {
            previous[next[at]] = at;
        }
        if (at > 0) {
            withdraw(previous[at]);
            offer(symbols, previous[at], at);
        }
        if (next[at] < count) {
            offer(symbols, at, next[at]);
        }
    }

    private void withdraw(int at) {
        if (merges[at] != MergeRules.NEVER) {
            queue.remove(MergeRules.rank(merges[at]), at);
            merges[at] = MergeRules.NEVER;
        }
    }

    private void offer(int[] symbols, int left, int right) {
        long merge = rules.merge(symbols[left], symbols[right]);
        if (merge != MergeRules.NEVER) {
            merges[left] = merge;
            queue.add(MergeRules.rank(merge), left);
            listener.possible(left, right, MergeRules.symbol(merge));
        }
    }
}
