package dev.quipu.runtime.tokenizer.merging;

/**
 * Which symbols of a word may become part of one symbol with the symbol behind them. Between any others the word falls apart:
 * what is merged on one side is the same whatever stands on the other.
 *
 * <p>Symbols that may be the first of another one's parts form a class with it, and so do last ones; two symbols may meet if
 * a merge joins one of the class of the left one's last parts and one of the class of the right one's first.
 */
public final class Neighbours {
    private final int[] firsts;
    private final int[] lasts;
    private final PairMap meetings = new PairMap();

    public Neighbours(MergeRules rules) {
        firsts = new int[rules.symbolCount()];
        lasts = new int[rules.symbolCount()];
        for (int symbol = 0; symbol < firsts.length; symbol++) {
            firsts[symbol] = symbol;
            lasts[symbol] = symbol;
        }
        rules.forEach((left, right, symbol) -> {
            firsts[root(firsts, left)] = root(firsts, symbol);
            lasts[root(lasts, right)] = root(lasts, symbol);
        });
        for (int symbol = 0; symbol < firsts.length; symbol++) {
            firsts[symbol] = root(firsts, symbol);
            lasts[symbol] = root(lasts, symbol);
        }
        rules.forEach((left, right, symbol) -> meetings.put(lasts[left], firsts[right], 1));
    }

    /** The symbol that stands for a class. The way to it becomes shorter for the next time. */
    private static int root(int[] parents, int symbol) {
        int at = symbol;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }

    /** Whether a symbol may have parts of both, if the right one stands behind the left one. */
    public boolean mayMeet(int left, int right) {
        return left < lasts.length && right < firsts.length && meetings.get(lasts[left], firsts[right]) != PairMap.NONE;
    }
}
