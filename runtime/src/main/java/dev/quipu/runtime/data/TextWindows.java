package dev.quipu.runtime.data;

/**
 * A range of a text cut into windows of {@code sequence} inputs, without regard to documents. The cut moves from epoch to epoch
 * by what is left over. A window is known by the position of its first token.
 */
public final class TextWindows implements Rows {
    private final TokenFile tokens;
    private final TokenRange range;
    private final int sequence;
    private final long count;

    /** Windows of a range of at least {@code sequence + 1} tokens. */
    public TextWindows(TokenFile tokens, TokenRange range, int sequence) {
        if (range.length() <= sequence || range.to() > tokens.length() || sequence < 1) {
            throw new AssertionError("windows of " + sequence + " from " + range);
        }
        this.tokens = tokens;
        this.range = range;
        this.sequence = sequence;
        this.count = (range.length() - 1) / sequence;
    }

    @Override
    public int sequence() {
        return sequence;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long inEpoch(long index, long epochSeed) {
        long leftOver = range.length() - 1 - count * sequence;
        return range.from() + Math.floorMod(Permutation.mix(epochSeed), leftOver + 1) + index * sequence;
    }

    /** They overlap only where the range is too short for all of them. */
    @Override
    public long spread(long index, long of) {
        long last = range.length() - 1 - sequence;
        return range.from() + Math.multiplyExact(last, index) / Math.max(1, of - 1);
    }

    @Override
    public long targets(long row) {
        return tokens.learned(row + 1, sequence);
    }

    @Override
    public void fill(long row, BatchBuffers into, int place) {
        if (into.starts().isPresent()) {
            throw new AssertionError("windows know nothing of documents");
        }
        long at = (long) place * sequence;
        tokens.copy(row, sequence, into.tokens().segment(), at);
        tokens.copyTargets(row + 1, sequence, into.targets().segment(), at);
    }
}
