package dev.quipu.runtime.tokenizer.merging;

/** Which symbols merge when they stand side by side: a merge is a number, its rank above the symbol that it makes. */
public final class MergeRules {
    /** What two symbols have that never merge: more than any merge. */
    static final long NEVER = PairMap.NONE;

    private final PairMap merges = new PairMap();
    private int rankCount;
    private int symbolCount;

    /** What is done with each merge. */
    interface Visitor {
        void visit(int left, int right, int symbol);
    }

    /**
     * Adds a merge. Of two for one pair the later one counts. Ranks are best close together, from 0: a list is kept for each.
     *
     * @param rank of all merges that are possible those of the lowest rank come first; below the greatest integer
     */
    public void put(int left, int right, int rank, int symbol) {
        merges.put(left, right, (long) rank << Integer.SIZE | symbol);
        rankCount = Math.max(rankCount, rank + 1);
        symbolCount = Math.max(symbolCount, 1 + Math.max(symbol, Math.max(left, right)));
    }

    /** The merge of two symbols, or {@link #NEVER}, which negative symbols always have. */
    long merge(int left, int right) {
        return merges.get(left, right);
    }

    static int rank(long merge) {
        return (int) (merge >>> Integer.SIZE);
    }

    static int symbol(long merge) {
        return (int) merge;
    }

    /** All ranks are less. */
    int rankCount() {
        return rankCount;
    }

    /** All symbols of merges are less. */
    int symbolCount() {
        return symbolCount;
    }

    void forEach(Visitor visitor) {
        merges.forEach((left, right, merge) -> visitor.visit(left, right, symbol(merge)));
    }
}
