package dev.quipu.runtime.model;

import dev.quipu.runtime.weights.TensorSource;
import java.lang.foreign.MemorySegment;

/**
 * A tensor whose rows belong to heads, with the rotary pairs of each head moved: from side by side to half a head apart, as the
 * DSL's RoPE has them, or back. A head's output channels may be permuted as long as those of queries and keys are permuted alike,
 * because scores are sums over them.
 *
 * @param source the tensor with pairs as they were
 * @param rows of the tensor, all heads
 * @param rowElements elements of a row; 1 for a bias
 * @param heads that the rows are divided among
 * @param halves true to move pairs half a head apart, false to move them side by side
 */
record RotaryPairs(TensorSource source, long rows, long rowElements, int heads, boolean halves)
        implements TensorSource {
    RotaryPairs {
        if (heads < 1 || rows % (2L * heads) != 0) {
            throw new AssertionError(rows + " rows are not pairs of " + heads + " heads");
        }
    }

    @Override
    public void copyFloatsTo(long first, long count, MemorySegment target) {
        long done = 0;
        while (done < count) {
            long element = first + done;
            long row = element / rowElements;
            long column = element % rowElements;
            long length = Math.min(rowElements - column, count - done);
            source.copyFloatsTo(
                    sourceRow(row) * rowElements + column,
                    length,
                    target.asSlice(done * Float.BYTES, length * Float.BYTES));
            done += length;
        }
    }

    /** Rows move whole, so blocks that lie within rows stay whole. */
    @Override
    public int blockElements() {
        return source.blockElements();
    }

    private long sourceRow(long row) {
        long size = rows / heads;
        long half = size / 2;
        long start = row / size * size;
        long place = row - start;
        return start + (halves ? place % half * 2 + place / half : place % 2 * half + place / 2);
    }
}
