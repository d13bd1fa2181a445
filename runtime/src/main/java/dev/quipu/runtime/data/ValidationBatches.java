package dev.quipu.runtime.data;

import dev.quipu.runtime.buffer.Buffer;

/**
 * The same few batches every time, for measurements that can be compared: windows spread evenly over a range, which overlap
 * only where the range is too short for all of them.
 */
public final class ValidationBatches {
    private final TokenFile tokens;
    private final TokenRange range;
    private final int batch;
    private final int sequence;
    private final int count;

    /**
     * At most so many batches of {@code [batch, sequence]} tokens from a range of at least {@code sequence + 1}: as many as
     * fit without overlap, but at least one.
     */
    public ValidationBatches(TokenFile tokens, TokenRange range, int batch, int sequence, int atMost) {
        if (range.length() <= sequence || range.to() > tokens.length() || batch < 1 || sequence < 1 || atMost < 1) {
            throw new AssertionError("validation of " + batch + " x " + sequence + " from " + range);
        }
        this.tokens = tokens;
        this.range = range;
        this.batch = batch;
        this.sequence = sequence;
        long fitting = (range.length() - 1) / sequence / batch;
        this.count = Math.clamp(fitting, 1, atMost);
    }

    /** The number of batches. */
    public int count() {
        return count;
    }

    /** Fills two I32 buffers of at least {@code batch * sequence} elements with a batch, row by row. */
    public void fill(int index, Buffer inputs, Buffer targets) {
        for (int row = 0; row < batch; row++) {
            long from = windowStart((long) index * batch + row);
            tokens.copy(from, sequence, inputs.segment(), (long) row * sequence);
            tokens.copy(from + 1, sequence, targets.segment(), (long) row * sequence);
        }
    }

    private long windowStart(long window) {
        long last = range.length() - 1 - sequence;
        long gaps = Math.max(1, (long) count * batch - 1);
        return range.from() + Math.multiplyExact(last, window) / gaps;
    }
}
