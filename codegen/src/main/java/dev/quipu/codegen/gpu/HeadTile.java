package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.RegisterBlock.Side;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;

/**
 * Head vectors in local memory, one a row. Rows that are not there hold the last one that is, and numbers behind a vector's
 * last hold that: a weight of zero or the end of a loop keeps them out, while memory that nobody wrote might be NaN.
 *
 * @param headSize numbers of a vector
 * @param stride from one row to the next
 */
record HeadTile(Value.Variable array, int rows, int headSize, int stride) {
    static HeadTile allocate(Emitter body, String name, AttentionTiles tiles, int rows) {
        int stride = tiles.headStride();
        return new HeadTile(
                shared(body, name, rows * stride), rows, tiles.launch().headSize(), stride);
    }

    /**
     * Fills the tile.
     *
     * @param lanes the items over a rectangle as wide as the tile
     * @param at element of the buffer at which the first row begins
     * @param step elements from one row to the next
     * @param count rows that are there, 1 or more
     */
    void load(Emitter body, Spread lanes, Memories memories, int buffer, Value at, int step, Value count) {
        Value.Variable last = body.let("last", minus(count, integer(1)));
        Spread spread = lanes.ofHeight(rows);
        body.loop("turn", integer(0), integer(spread.rows()), 1, (loop, turn) -> {
            Value.Variable row = loop.let("row", plus(lanes.row(), times(turn, lanes.down())));
            Value.Variable from = loop.let("from", plus(at, times(min(row, last), step)));
            for (int j = 0; j < lanes.columns(); j++) {
                Value column = lanes.column(j);
                boolean inside = (j + 1) * lanes.across() <= headSize;
                Value read = inside ? column : min(column, integer(headSize - 1L));
                store(loop, array, plus(times(row, stride), column), memories.load(buffer, plus(from, read)));
            }
        });
    }

    /** Whole vectors, along their numbers: one side of a product of vectors. */
    Side vectors(Value firstRow, int rowStep) {
        return new Side(array, times(firstRow, stride), rowStep * stride, 1);
    }

    /** Single numbers of all vectors, along the vectors: one side of a weighted sum of them. */
    Side columns(Spread lanes) {
        return new Side(array, lanes.column(), lanes.across(), stride);
    }
}
