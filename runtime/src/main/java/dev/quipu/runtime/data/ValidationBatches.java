package dev.quipu.runtime.data;

/** The same few batches every time, for measurements that can be compared: rows spread evenly over all. */
public final class ValidationBatches {
    private final Rows rows;
    private final int batch;
    private final int count;

    /** At most so many batches: as many as the rows fill without repetition, but at least one. */
    public ValidationBatches(Rows rows, int batch, int atMost) {
        if (batch < 1 || atMost < 1) {
            throw new AssertionError(atMost + " batches of " + batch);
        }
        this.rows = rows;
        this.batch = batch;
        this.count = Math.clamp(rows.count() / batch, 1, atMost);
    }

    /** The number of batches. */
    public int count() {
        return count;
    }

    /** How many targets all batches have. */
    public long targets() {
        long targets = 0;
        for (long index = 0; index < (long) count * batch; index++) {
            targets += rows.targets(row(index));
        }
        return targets;
    }

    /** Writes a batch. */
    public void fill(int index, BatchBuffers into) {
        for (int place = 0; place < batch; place++) {
            rows.fill(row((long) index * batch + place), into, place);
        }
    }

    private long row(long index) {
        return rows.spread(index, (long) count * batch);
    }
}
