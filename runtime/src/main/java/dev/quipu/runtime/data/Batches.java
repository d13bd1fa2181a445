package dev.quipu.runtime.data;

import dev.quipu.dsl.QuipuException;

/**
 * Training batches without end. In each epoch every row comes once, in an order that the seed and the epoch decide. A batch may
 * begin in one epoch and end in the next.
 */
public final class Batches {
    private final Rows rows;
    private final int batch;
    private final long seed;
    private Epoch epoch;
    private long index;

    /** A pass over all rows. */
    private record Epoch(long number, long seed, Permutation order) {
        static Epoch of(long number, long runSeed, long rows) {
            long seed = Permutation.mix(runSeed ^ Permutation.mix(number));
            return new Epoch(number, seed, new Permutation(rows, seed));
        }
    }

    /**
     * Batches of so many rows.
     *
     * @param start where to go on
     * @throws QuipuException if the position lies outside the rows, because the run was of another text
     */
    public Batches(Rows rows, int batch, long seed, StreamPosition start) {
        if (batch < 1) {
            throw new AssertionError("batches of " + batch);
        }
        this.rows = rows;
        this.batch = batch;
        this.seed = seed;
        if (start.index() > rows.count()) {
            throw QuipuException.of(
                    "a position within " + rows.count() + " windows of text",
                    "window " + start.index(),
                    "resume",
                    "give the text and the sequence length that the run began with");
        }
        this.index = start.index();
        this.epoch = epoch(start.epoch());
    }

    private Epoch epoch(long number) {
        return Epoch.of(number, seed, rows.count());
    }

    /** The number of rows in an epoch. */
    public long rowsPerEpoch() {
        return rows.count();
    }

    /** Where the next batch begins. */
    public StreamPosition position() {
        return new StreamPosition(epoch.number(), index);
    }

    /** Writes the next batch and moves on. Allocates nothing except at the beginning of an epoch. */
    public void next(BatchBuffers into) {
        for (int place = 0; place < batch; place++) {
            if (index == rows.count()) {
                index = 0;
                epoch = epoch(epoch.number() + 1);
            }
            rows.fill(row(epoch, index++), into, place);
        }
    }

    /** How many targets the next batches have, without moving on: a step's losses are scaled by all of them. */
    public long targetsAhead(int batches) {
        Epoch ahead = epoch;
        long place = index;
        long targets = 0;
        for (long i = 0; i < (long) batches * batch; i++) {
            if (place == rows.count()) {
                place = 0;
                ahead = epoch(ahead.number() + 1);
            }
            targets += rows.targets(row(ahead, place++));
        }
        return targets;
    }

    private long row(Epoch of, long place) {
        return rows.inEpoch(of.order().apply(place), of.seed());
    }
}
