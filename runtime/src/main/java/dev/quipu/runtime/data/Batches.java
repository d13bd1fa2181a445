package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;

/**
 * Training batches without end. The range is cut into windows of {@code sequence} inputs; the targets are the inputs one token
 * further on. In each epoch every window comes once, in an order that the seed and the epoch decide; the cut, too, moves from
 * epoch to epoch by what is left over. A batch may begin in one epoch and end in the next.
 */
public final class Batches {
    private final TokenFile tokens;
    private final TokenRange range;
    private final int batch;
    private final int sequence;
    private final long seed;
    private final long windows;
    private long epoch;
    private long index;
    private Permutation order;
    private long origin;

    /**
     * Batches of {@code [batch, sequence]} tokens from a range of at least {@code sequence + 1}.
     *
     * @param start where to go on
     * @throws QuipuException if the position lies outside the range, because the run was of another text
     */
    public Batches(TokenFile tokens, TokenRange range, int batch, int sequence, long seed, StreamPosition start) {
        if (range.length() <= sequence || range.to() > tokens.length() || batch < 1 || sequence < 1) {
            throw new AssertionError("batches of " + batch + " x " + sequence + " from " + range);
        }
        this.tokens = tokens;
        this.range = range;
        this.batch = batch;
        this.sequence = sequence;
        this.seed = seed;
        this.windows = (range.length() - 1) / sequence;
        if (start.index() > windows) {
            throw QuipuException.of(
                    "a position within " + windows + " windows of text",
                    "window " + start.index(),
                    "resume",
                    "give the text and the sequence length that the run began with");
        }
        this.index = start.index();
        enter(start.epoch());
    }

    /** The number of windows in an epoch. */
    public long windowsPerEpoch() {
        return windows;
    }

    /** Where the next batch begins. */
    public StreamPosition position() {
        return new StreamPosition(epoch, index);
    }

    /**
     * Fills two I32 buffers of at least {@code batch * sequence} elements with the next batch, row by row, and moves on. Allocates
     * nothing except at the beginning of an epoch.
     */
    public void next(Buffer inputs, Buffer targets) {
        for (int row = 0; row < batch; row++) {
            if (index == windows) {
                index = 0;
                enter(epoch + 1);
            }
            long from = origin + order.apply(index++) * sequence;
            tokens.copy(from, sequence, inputs.segment(), (long) row * sequence);
            tokens.copy(from + 1, sequence, targets.segment(), (long) row * sequence);
        }
    }

    private void enter(long newEpoch) {
        epoch = newEpoch;
        long epochSeed = Permutation.mix(seed ^ Permutation.mix(epoch));
        order = new Permutation(windows, epochSeed);
        long leftOver = range.length() - 1 - windows * sequence;
        origin = range.from() + Math.floorMod(Permutation.mix(epochSeed), leftOver + 1);
    }
}
