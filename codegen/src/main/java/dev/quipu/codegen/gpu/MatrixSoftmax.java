package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.ZERO;
import static dev.quipu.codegen.gpu.GpuForms.assign;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.gpu.GpuForms.exp;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.max;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;

/**
 * The running softmax of {@link TiledAttention}, in f32, between two matrix products: from scores in global memory, a key a row,
 * to weights in bf16 in local memory, a query a row. Two items have a query, and every other pair of its keys each.
 */
final class MatrixSoftmax implements RunningSoftmax {
    private final MatrixTiles tiles;
    private final MatrixWords weights;
    private final Scores scores;
    private final Value.Variable item;
    private final Value.Variable row;
    private final Value.Variable part;
    private final Value.Variable exchange;
    private final Value.Variable factors;
    private final Value.Variable most;
    private final Value.Variable sum;

    /** What keys of a tile have, for the item's query: their score, or {@link TiledAttention#UNSEEN}. */
    @FunctionalInterface
    interface Scores {
        Value of(Value block, Value key);
    }

    /** Emits what stands before the loop over tiles. */
    MatrixSoftmax(
            Emitter body,
            MatrixTiles tiles,
            MatrixWords weights,
            Value.Variable item,
            Value.Variable row,
            Scores scores) {
        this.tiles = tiles;
        this.weights = weights;
        this.scores = scores;
        this.item = item;
        this.row = row;
        this.part = body.let("part", divide(item, tiles.queryTile()));
        this.exchange = shared(body, "exchange", tiles.items());
        this.factors = shared(body, "factors", tiles.queryTile());
        this.most = body.let("most", number(TiledAttention.UNSEEN));
        this.sum = body.let("sum", ZERO);
    }

    /** The row that an item has. */
    static Value.Variable row(Emitter body, MatrixTiles tiles, Value item) {
        return body.let("row", remainder(item, tiles.queryTile()));
    }

    @Override
    public Value.Variable item() {
        return item;
    }

    @Override
    public Value most() {
        return most;
    }

    @Override
    public Value factor(Value query) {
        return element(factors, query);
    }

    @Override
    public Value total(Value query) {
        return plus(element(exchange, query), element(exchange, plus(query, tiles.queryTile())));
    }

    /** Each item's largest score in the tile. */
    void largest(Emitter loop, Value block) {
        Value.Variable largest = loop.let("largest", number(TiledAttention.UNSEEN));
        pairs(loop, (inner, pair) -> {
            Value low = inner.let("low", scores.of(block, times(pair, 2)));
            Value high = inner.let("high", scores.of(block, plus(times(pair, 2), 1)));
            assign(inner, largest, max(largest, max(low, high)));
        });
        store(loop, exchange, item, largest);
    }

    /** After a barrier: weights of the tile. */
    void weigh(Emitter loop, Value block) {
        Value other = element(exchange, plus(row, tiles.queryTile()));
        Value.Variable next = loop.let("next", max(most, max(element(exchange, row), other)));
        Value.Variable factor = loop.let("factor", exp(minus(most, next)));
        assign(loop, most, next);
        assign(loop, sum, times(sum, factor));
        pairs(loop, (inner, pair) -> {
            Value.Variable low = weight(inner, "low", scores.of(block, times(pair, 2)));
            Value.Variable high = weight(inner, "high", scores.of(block, plus(times(pair, 2), 1)));
            store(inner, weights.array(), weights.place(row, pair), new Value.Pair(low, high));
            assign(inner, sum, plus(sum, plus(low, high)));
        });
        loop.when(less(item, integer(tiles.queryTile())), inner -> store(inner, factors, item, factor));
    }

    private Value.Variable weight(Emitter body, String name, Value score) {
        Value.Variable known = body.let(name + "Score", score);
        Value.Variable power = body.let(name + "Power", exp(minus(known, most)));
        return body.let(name, new Value.Select(less(known, number(TiledAttention.HARDLY_SEEN)), ZERO, power));
    }

    @Override
    public void finish(Emitter body) {
        store(body, exchange, item, sum);
        barrier(body);
    }

    /** In a loop from item to item: if compilers unroll it as a whole, its addresses take more registers than there are. */
    private void pairs(Emitter body, Emitter.LoopBody what) {
        body.loop("pair", part, integer(tiles.keyTile() / 2), MatrixTiles.PARTS, what);
    }
}
