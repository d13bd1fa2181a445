package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.GROUP;
import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.gpu.GpuForms.comment;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.RegisterBlock.Product;
import dev.quipu.codegen.gpu.RegisterBlock.Side;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.List;

/**
 * Attention of many queries, over a sequence or over a cache. A group has one head's tile of queries and walks the tiles of
 * keys that they see. The softmax is computed on the way (Milakov and Gimelshein 2018, algorithm 3; Dao et al. 2022,
 * algorithm 1): with m the largest score so far, l the sum of exp(score - m) and o the sum of exp(score - m) times the values,
 * a larger m' multiplies l and o by exp(m - m'). At the end the output is o / l, and the log-sum-exp m + log(l).
 */
final class TiledAttention {
    /**
     * The score of a key that is not seen, and the largest score of none: finite, because the difference of two is taken. Where
     * it would count as a score, as in a row of nothing else, its weight is set to zero.
     */
    static final double UNSEEN = -3e38;

    /** No score is less but {@link #UNSEEN}; NaN is not less either and stays. */
    static final double HARDLY_SEEN = -2e38;

    private static final int QUERIES = 0;
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int RANGES = 3;

    private final AttentionLaunch launch;
    private final AttentionTiles tiles;
    private final Memories memories;
    private final int output;
    private final Emitter body;
    private final AttentionPlaces places;
    private final Value.Variable head;
    private final Value.Variable keyHead;
    private final Value.Variable first;
    private final AttentionMask mask;
    private final Softmax softmax;
    private final HeadTile queries;
    private final HeadTile keys;
    private final Value.Variable weights;
    private final Spread vectors;

    private TiledAttention(AttentionLaunch launch) {
        boolean cached = launch.kind() == AttentionLaunch.Kind.CACHED;
        this.launch = launch;
        this.tiles = AttentionTiles.of(launch, AttentionTiles.Use.OUTPUT);
        this.output = cached || launch.starts() ? RANGES + 1 : RANGES;
        this.memories = memories(launch);
        this.body = memories.emitter();
        int heads = launch.batch() * launch.heads();
        Value.Variable batchHead = body.let("batchHead", remainder(GROUP, heads));
        this.places = AttentionPlaces.of(body, launch, batchHead, launch.heads());
        this.head = AttentionPlaces.head(body, "head", batchHead, launch.heads());
        this.keyHead = body.let("keyHead", places.keyHead(head));
        Value position = cached ? body.let("position", memories.load(RANGES, places.batch())) : integer(0);
        this.mask = new AttentionMask(places, memories, RANGES, position);
        comment(body, "The last queries see the most keys: their groups come first.");
        Value tile = minus(integer(tiles.queryTiles() - 1L), divide(GROUP, heads));
        this.first = body.let("first", times(tile, tiles.queryTile()));
        Value.Variable item = body.let("item", ITEM);
        this.queries = HeadTile.allocate(body, "queryTile", tiles, tiles.queryTile());
        this.keys = HeadTile.allocate(body, "keyTile", tiles, tiles.keyTile());
        this.weights = shared(body, "weights", tiles.queryTile() * tiles.scoreStride());
        this.softmax = new Softmax(body, tiles, weights, item);
        this.vectors = Spread.of(
                body,
                "vectorRow",
                "vectorColumn",
                item,
                tiles.items(),
                tiles.across(),
                tiles.queryTile(),
                AttentionTiles.padded(launch));
    }

    private static Memories memories(AttentionLaunch launch) {
        return switch (launch.kind()) {
            case FORWARD ->
                launch.starts()
                        ? Memories.of(launch.buffers(), List.of(), "q", "k", "v", "starts", "out", "log_sum_exp")
                        : Memories.of(launch.buffers(), List.of(), "q", "k", "v", "out", "log_sum_exp");
            case CACHED -> Memories.of(launch.buffers(), List.of(), "q", "k", "v", "positions", "out");
            case BACKWARD -> throw new AssertionError(launch);
        };
    }

    static GpuKernel kernel(String name, AttentionLaunch launch) {
        TiledAttention attention = new TiledAttention(launch);
        attention.emit();
        int groups = launch.batch() * launch.heads() * attention.tiles.queryTiles();
        return new GpuKernel(
                name,
                List.of(),
                attention.memories.all(),
                groups,
                attention.tiles.items(),
                attention.body.statements());
    }

    private void emit() {
        int tile = tiles.queryTile();
        Value.Variable count = body.let("count", min(integer(tile), minus(integer(launch.queries()), first)));
        Value queryAt = body.let("queryAt", places.query(head, first));
        queries.load(body, vectors, memories, QUERIES, queryAt, places.queryStep(), count);
        Spread scores = Spread.of(
                body,
                "scoreRow",
                "scoreColumn",
                softmax.item(),
                tiles.items(),
                tiles.scoresAcross(),
                tile,
                tiles.keyTile());
        AttentionMask.Rows rows = mask.rows(body, first, scores, tile);
        RegisterBlock outputs = RegisterBlock.zeros(body, "out", vectors.rows(), vectors.columns());
        Value.Variable begin = body.let("keyBegin", mask.oldest(first));
        Value.Variable end = body.let("keyEnd", mask.end(plus(first, count)));
        body.loop("block", begin, end, tiles.keyTile(), (loop, block) -> {
            Value.Variable there = loop.let("there", min(integer(tiles.keyTile()), minus(end, block)));
            Value.Variable keyAt = loop.let("keyAt", places.key(keyHead, block));
            keys.load(loop, vectors, memories, KEYS, keyAt, places.keyStep(), there);
            barrier(loop);
            score(loop, scores, rows, block);
            barrier(loop);
            softmax.largest(loop);
            comment(loop, "The keys are done with: values take their place.");
            keys.load(loop, vectors, memories, VALUES, keyAt, places.keyStep(), there);
            barrier(loop);
            softmax.weigh(loop);
            barrier(loop);
            addValues(loop, outputs);
            barrier(loop);
        });
        new AttentionEnd(launch, memories, places, output, places.statistic(head, first), queryAt, count)
                .emit(body, softmax, vectors, outputs);
    }

    private void score(Emitter loop, Spread scores, AttentionMask.Rows rows, Value block) {
        RegisterBlock products = RegisterBlock.zeros(loop, "score", scores.rows(), scores.columns());
        Side left = queries.vectors(scores.row(), scores.down());
        Side right = keys.vectors(scores.column(), scores.across());
        RegisterBlock.add(loop, "d", launch.headSize(), new Product(left, right, products));
        Value.Variable at = loop.let("scoreAt", plus(times(scores.row(), tiles.scoreStride()), scores.column()));
        for (int j = 0; j < scores.columns(); j++) {
            Value.Variable key = loop.let("key" + j, plus(block, scores.column(j)));
            for (int i = 0; i < scores.rows(); i++) {
                Value scaled = loop.let("scaled", times(products.at(i, j), number(launch.scale())));
                long place = (long) i * scores.down() * tiles.scoreStride() + (long) j * scores.across();
                store(loop, weights, plus(at, place), rows.seen(i, key, scaled, number(UNSEEN)));
            }
        }
    }

    private void addValues(Emitter loop, RegisterBlock outputs) {
        for (int i = 0; i < vectors.rows(); i++) {
            outputs.multiplyRow(loop, i, loop.let("factor" + i, softmax.factor(vectors.row(i))));
        }
        int stride = tiles.scoreStride();
        Side left = new Side(weights, times(vectors.row(), stride), vectors.down() * stride, 1);
        RegisterBlock.add(loop, "n", tiles.keyTile(), new Product(left, keys.columns(vectors), outputs));
    }
}
