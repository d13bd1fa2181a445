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
 * The running softmax over the rows of a tile of scores in local memory. Several items have a row: every item keeps the row's
 * largest score so far and the sum of the weights in its own columns. Neighbouring items have neighbouring rows, which lie in
 * different banks.
 */
final class Softmax implements RunningSoftmax {
    private final AttentionTiles tiles;
    private final Value.Variable weights;
    private final Value.Variable item;
    private final Value.Variable exchange;
    private final Value.Variable factors;
    private final Value.Variable row;
    private final Value.Variable at;
    private final Value.Variable most;
    private final Value.Variable sum;
    private final int parts;

    /**
     * Emits what stands before the loop over tiles.
     *
     * @param weights the tile of scores, which become weights
     */
    Softmax(Emitter body, AttentionTiles tiles, Value.Variable weights, Value.Variable item) {
        this.tiles = tiles;
        this.weights = weights;
        this.item = item;
        this.parts = tiles.items() / tiles.queryTile();
        this.exchange = shared(body, "exchange", tiles.items());
        this.factors = shared(body, "factors", tiles.queryTile());
        this.row = body.let("row", remainder(item, tiles.queryTile()));
        Value part = parts == 1 ? integer(0) : divide(item, tiles.queryTile());
        this.at = body.let("rowAt", plus(times(row, tiles.scoreStride()), part));
        this.most = body.let("most", number(TiledAttention.UNSEEN));
        this.sum = body.let("sum", ZERO);
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
    public Value factor(Value row) {
        return element(factors, row);
    }

    @Override
    public Value total(Value row) {
        return overParts(Value.BinaryOperator.ADD, row);
    }

    /** Each item's largest score in the tile. */
    void largest(Emitter loop) {
        Value.Variable largest = loop.let("largest", number(TiledAttention.UNSEEN));
        columns(loop, (inner, place) -> assign(inner, largest, max(largest, element(weights, place))));
        store(loop, exchange, item, largest);
    }

    /** After a barrier: scores become weights. */
    void weigh(Emitter loop) {
        Value.Variable next = loop.let("next", max(most, overParts(Value.BinaryOperator.MAX, row)));
        Value.Variable factor = loop.let("factor", exp(minus(most, next)));
        assign(loop, most, next);
        assign(loop, sum, times(sum, factor));
        columns(loop, (inner, place) -> {
            Value.Variable score = inner.let("score", element(weights, place));
            Value unseen = less(score, number(TiledAttention.HARDLY_SEEN));
            Value.Variable power = inner.let("power", exp(minus(score, most)));
            Value.Variable weight = inner.let("weight", new Value.Select(unseen, ZERO, power));
            store(inner, weights, place, weight);
            assign(inner, sum, plus(sum, weight));
        });
        loop.when(less(item, integer(tiles.queryTile())), inner -> store(inner, factors, item, factor));
    }

    @Override
    public void finish(Emitter body) {
        store(body, exchange, item, sum);
        barrier(body);
    }

    private void columns(Emitter body, Emitter.LoopBody what) {
        body.loop(
                "column",
                integer(0),
                integer(tiles.keyTile()),
                parts,
                (loop, column) -> what.emit(loop, loop.let("place", plus(at, column))));
    }

    /** A row's numbers in exchange, in order. */
    private Value overParts(Value.BinaryOperator operator, Value row) {
        Value all = element(exchange, row);
        for (int part = 1; part < parts; part++) {
            Value other = element(exchange, plus(row, (long) part * tiles.queryTile()));
            all = new Value.Binary(operator, all, other);
        }
        return all;
    }
}
