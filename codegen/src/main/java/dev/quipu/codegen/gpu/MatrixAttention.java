package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.GpuLowering.Lowered;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/**
 * {@link TiledAttention} with its two products on matrix units: of queries and keys, and of weights and values, both of bf16,
 * added up in f32. All else is f32. A unit's sums can only be written to global memory, where each group has room of its own:
 * the scores of a tile pass through it, then what the tile adds to the outputs.
 */
final class MatrixAttention {
    private static final int QUERIES = 0;
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int STARTS = 3;
    private static final int MOST_KEPT = 64;

    private final AttentionLaunch launch;
    private final MatrixTiles tiles;
    private final int output;
    private final Memories memories;
    private final Emitter body;
    private final AttentionPlaces places;
    private final Value.Variable head;
    private final Value.Variable keyHead;
    private final Value.Variable first;
    private final Value.Variable item;
    private final Value.Variable room;
    private final AttentionMask mask;
    private final MatrixProducts products;

    private MatrixAttention(AttentionLaunch launch) {
        this.launch = launch;
        this.tiles = MatrixTiles.of(launch, AttentionTiles.Use.OUTPUT);
        this.output = launch.starts() ? STARTS + 1 : STARTS;
        this.memories = memories(launch).withScratch("room");
        this.body = memories.emitter();
        int heads = launch.batch() * launch.heads();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, heads));
        this.places = AttentionPlaces.of(body, launch, batchHead, launch.heads());
        this.head = AttentionPlaces.head(body, "head", batchHead, launch.heads());
        this.keyHead = body.let("keyHead", places.keyHead(head));
        this.mask = new AttentionMask(places, memories, STARTS, integer(0));
        comment(body, "The last queries see the most keys: their groups come first.");
        Value tile = minus(integer(tiles.tiles() - 1L), divide(GROUP, heads));
        this.first = body.let("first", times(tile, tiles.queryTile()));
        this.item = body.let("item", ITEM);
        this.room = body.let("room", times(GROUP, tiles.groupScratch()));
        this.products = new MatrixProducts(body, tiles, memories, room, body.let("warp", divide(item, Matrix.WARP)));
    }

    private static Memories memories(AttentionLaunch launch) {
        return launch.starts()
                ? Memories.of(launch.buffers(), List.of(), "q", "k", "v", "starts", "out", "log_sum_exp")
                : Memories.of(launch.buffers(), List.of(), "q", "k", "v", "out", "log_sum_exp");
    }

    static Lowered lower(String name, AttentionLaunch launch) {
        MatrixAttention attention = new MatrixAttention(launch);
        attention.emit();
        GpuKernel kernel = new GpuKernel(
                name,
                List.of(),
                attention.memories.all(),
                attention.tiles.groups(),
                attention.tiles.items(),
                attention.body.statements());
        return new Lowered(List.of(kernel), List.of(attention.tiles.scratch()));
    }

    private void emit() {
        int tile = tiles.queryTile();
        Value.Variable count = body.let("count", min(integer(tile), minus(integer(launch.queries()), first)));
        Value.Variable queryAt = body.let("queryAt", places.query(head, first));
        Value.Variable row = MatrixSoftmax.row(body, tiles, item);
        AttentionMask.Rows rows = mask.rows(body, first, new Spread(row, item, tile, 1, 1, 1), tile);
        MatrixSoftmax softmax = new MatrixSoftmax(
                body, tiles, products.weights(), item, row, (block, key) -> score(rows, row, block, key));
        Value.Variable lastQuery = body.let("lastQuery", minus(count, integer(1)));
        products.loadQueries(item, index -> memories.load(QUERIES, index), queryAt, places.queryStep(), lastQuery);
        Spread vectors = vectors();
        RegisterBlock outputs = RegisterBlock.zeros(body, "out", vectors.rows(), vectors.columns());
        Value.Variable begin = body.let("keyBegin", mask.oldest(first));
        Value.Variable end = body.let("keyEnd", mask.end(plus(first, count)));
        body.loop("block", begin, end, tiles.keyTile(), (loop, block) -> {
            Value.Variable last =
                    loop.let("lastKey", minus(min(integer(tiles.keyTile()), minus(end, block)), integer(1)));
            Value.Variable keyAt = loop.let("keyAt", places.key(keyHead, block));
            products.loadKeys(loop, item, index -> memories.load(KEYS, index), keyAt, places.keyStep(), last);
            barrier(loop);
            products.score(loop);
            barrier(loop);
            softmax.largest(loop, block);
            comment(loop, "The keys are done with: values take their place.");
            products.loadValues(loop, item, index -> memories.load(VALUES, index), keyAt, places.keyStep(), last);
            barrier(loop);
            softmax.weigh(loop, block);
            barrier(loop);
            products.weigh(loop);
            barrier(loop);
            addValues(loop, softmax, vectors, outputs, plus(room, unknownZero(loop, last)));
        });
        new AttentionEnd(launch, memories, places, output, places.statistic(head, first), queryAt, count)
                .emit(body, softmax, vectors, outputs);
    }

    /** A key's score, for the query of a row. */
    private Value score(AttentionMask.Rows rows, Value row, Value block, Value key) {
        Value product = memories.load(memories.last(), plus(room, products.scoreAt(row, key)));
        return rows.seen(0, plus(block, key), times(product, number(launch.scale())), number(TiledAttention.UNSEEN));
    }

    private Spread vectors() {
        return Spread.of(
                body,
                "vectorRow",
                "vectorColumn",
                item,
                tiles.items(),
                Matrix.DEPTH,
                tiles.queryTile(),
                launch.headSize());
    }

    /**
     * A zero that only the turn knows of, for heads of up to 64: else compilers take all addresses of the outputs out of the loop,
     * and into more registers than there are. Those of larger heads are too many for that anyway.
     */
    private Value unknownZero(Emitter loop, Value notNegative) {
        return launch.headSize() > MOST_KEPT ? integer(0) : loop.let("zero", min(notNegative, integer(0)));
    }

    private void addValues(Emitter loop, MatrixSoftmax softmax, Spread vectors, RegisterBlock outputs, Value from) {
        for (int i = 0; i < vectors.rows(); i++) {
            Value.Variable factor = loop.let("factor" + i, softmax.factor(vectors.row(i)));
            Value at = loop.let("at" + i, plus(from, times(vectors.row(i), launch.headSize())));
            for (int j = 0; j < vectors.columns(); j++) {
                Value added = memories.load(memories.last(), plus(at, vectors.column(j)));
                GpuForms.assign(loop, outputs.at(i, j), plus(times(outputs.at(i, j), factor), added));
            }
        }
    }
}
