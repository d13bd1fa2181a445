package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.ITEM;
import static dev.quipu.codegen.gpu.GpuForms.ZERO;
import static dev.quipu.codegen.gpu.GpuForms.exp;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.AttentionTiles.Use;
import dev.quipu.codegen.gpu.RegisterBlock.Product;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kernels of attention's gradients have in common: tiles of queries, output gradients, keys and values in local
 * memory, and the scores of a tile, computed again from the log-sum-exp (Dao et al. 2022, algorithm 4).
 */
final class GradientTiles {
    static final int QUERIES = 0;
    static final int KEYS = 1;
    static final int VALUES = 2;
    static final int OUTPUT = 3;
    static final int LOG_SUM_EXP = 4;
    static final int OUTPUT_GRADIENT = 5;
    private static final int STARTS = 6;

    private final AttentionLaunch launch;
    private final AttentionTiles tiles;
    private final Memories memories;
    private final AttentionPlaces places;
    private final HeadTile queries;
    private final HeadTile outputGradients;
    private final HeadTile keys;
    private final HeadTile values;
    private final Value.Variable weights;
    private final Value.Variable slopes;
    private final Spread scores;
    private final Spread vectors;

    /**
     * Emits what stands before the loop over tiles.
     *
     * @param use whose vectors' gradients are computed: a tile of them is spread over the items
     */
    GradientTiles(Emitter body, AttentionTiles tiles, Use use, Memories memories, AttentionPlaces places) {
        this.launch = tiles.launch();
        this.tiles = tiles;
        this.memories = memories;
        this.places = places;
        Value.Variable item = body.let("item", ITEM);
        this.queries = HeadTile.allocate(body, "queryTile", tiles, tiles.queryTile());
        this.outputGradients = HeadTile.allocate(body, "outGradientTile", tiles, tiles.queryTile());
        this.keys = HeadTile.allocate(body, "keyTile", tiles, tiles.keyTile());
        this.values = HeadTile.allocate(body, "valueTile", tiles, tiles.keyTile());
        boolean ofKeys = use == Use.KEY_GRADIENTS;
        int scoreFloats = tiles.queryTile() * tiles.scoreStride();
        this.slopes = shared(body, "slopes", scoreFloats);
        this.weights = ofKeys ? shared(body, "weights", scoreFloats) : slopes;
        int items = tiles.items();
        int across = tiles.scoresAcross();
        this.scores =
                Spread.of(body, "scoreRow", "scoreColumn", item, items, across, tiles.queryTile(), tiles.keyTile());
        int height = ofKeys ? tiles.keyTile() : tiles.queryTile();
        int width = AttentionTiles.padded(launch);
        this.vectors = Spread.of(body, "vectorRow", "vectorColumn", item, items, tiles.across(), height, width);
    }

    /** The launch's buffers, and behind them delta: one number a query. */
    static Memories memories(AttentionLaunch launch) {
        List<String> roles = new ArrayList<>(List.of("q", "k", "v", "out", "log_sum_exp", "d_out"));
        if (launch.starts()) {
            roles.add("starts");
        }
        roles.addAll(List.of("d_q", "d_k", "d_v"));
        return Memories.of(launch.buffers(), List.of(), roles.toArray(String[]::new))
                .withScratch("delta");
    }

    static long deltas(AttentionLaunch launch) {
        return (long) launch.batch() * launch.queries() * launch.heads();
    }

    /** Number of the buffer of deltas, which have the order of the queries' vectors. */
    static int delta(AttentionLaunch launch) {
        return launch.buffers().size();
    }

    /** Number of the first of the buffers d q, d k, d v. */
    static int gradients(AttentionLaunch launch) {
        return launch.buffers().size() - 3;
    }

    AttentionMask mask() {
        return mask(places, memories);
    }

    static AttentionMask mask(AttentionPlaces places, Memories memories) {
        return new AttentionMask(places, memories, STARTS, integer(0));
    }

    Spread vectors() {
        return vectors;
    }

    /** Scores' weights, under {@link Use#KEY_GRADIENTS}. */
    Value.Variable weights() {
        return weights;
    }

    /** Gradients of the scores, but for the scale. */
    Value.Variable slopes() {
        return slopes;
    }

    HeadTile queries() {
        return queries;
    }

    HeadTile outputGradients() {
        return outputGradients;
    }

    HeadTile keys() {
        return keys;
    }

    void loadQueries(Emitter body, Value head, Value first, Value count) {
        Value.Variable at = body.let("queryAt", places.query(head, first));
        queries.load(body, vectors, memories, QUERIES, at, places.queryStep(), count);
        outputGradients.load(body, vectors, memories, OUTPUT_GRADIENT, at, places.queryStep(), count);
    }

    void loadKeys(Emitter body, Value keyHead, Value first, Value count) {
        Value.Variable at = body.let("keyAt", places.key(keyHead, first));
        keys.load(body, vectors, memories, KEYS, at, places.keyStep(), count);
        values.load(body, vectors, memories, VALUES, at, places.keyStep(), count);
    }

    /** What a query is subtracted: log-sum-exp from scores, delta from gradients of weights. */
    record Statistics(List<Value> logSumExp, List<Value> delta) {}

    /** The statistics of an item's queries. */
    Statistics statistics(Emitter body, Value head, AttentionMask.Rows rows) {
        List<Value> logSumExp = new ArrayList<>();
        List<Value> delta = new ArrayList<>();
        for (int i = 0; i < scores.rows(); i++) {
            Value query = rows.queries().get(i);
            logSumExp.add(body.let("logSumExp" + i, memories.load(LOG_SUM_EXP, places.statistic(head, query))));
            Value at = plus(times(places.row(query), launch.heads()), head);
            delta.add(body.let("delta" + i, memories.load(delta(launch), at)));
        }
        return new Statistics(logSumExp, delta);
    }

    AttentionMask.Rows rows(Emitter body, Value first) {
        return mask().rows(body, first, scores, tiles.queryTile());
    }

    /** Computes weights P = exp(S - lse) and slopes P (dO V^T - delta) of a tile, from tiles that are loaded. */
    void score(Emitter body, Value firstKey, AttentionMask.Rows rows, Statistics statistics) {
        RegisterBlock products = RegisterBlock.zeros(body, "score", scores.rows(), scores.columns());
        RegisterBlock gradients = RegisterBlock.zeros(body, "weightGradient", scores.rows(), scores.columns());
        RegisterBlock.add(
                body,
                "d",
                launch.headSize(),
                product(queries, keys, products),
                product(outputGradients, values, gradients));
        Value.Variable at = body.let("scoreAt", plus(times(scores.row(), tiles.scoreStride()), scores.column()));
        for (int j = 0; j < scores.columns(); j++) {
            Value.Variable key = body.let("key" + j, plus(firstKey, scores.column(j)));
            for (int i = 0; i < scores.rows(); i++) {
                Value scaled = times(products.at(i, j), number(launch.scale()));
                Value power = body.let(
                        "power", exp(minus(scaled, statistics.logSumExp().get(i))));
                Value.Variable weight = body.let("weight", rows.seen(i, key, power, ZERO));
                Value slope = times(
                        weight, minus(gradients.at(i, j), statistics.delta().get(i)));
                long place = (long) i * scores.down() * tiles.scoreStride() + (long) j * scores.across();
                GpuForms.store(body, slopes, plus(at, place), slope);
                if (!weights.equals(slopes)) {
                    GpuForms.store(body, weights, plus(at, place), weight);
                }
            }
        }
    }

    private Product product(HeadTile left, HeadTile right, RegisterBlock block) {
        return new Product(
                left.vectors(scores.row(), scores.down()), right.vectors(scores.column(), scores.across()), block);
    }

    /** Stores gradients of vectors, of which {@code count} rows are there. */
    void store(Emitter body, int buffer, RegisterBlock gradients, Value at, int step, Value count, double factor) {
        for (int i = 0; i < vectors.rows(); i++) {
            int line = i;
            Value row = vectors.row(i);
            body.when(GpuForms.less(row, count), inner -> {
                Value.Variable from = inner.let("at", plus(at, times(row, step)));
                vectors.store(inner, launch.headSize(), (column, j) -> {
                    Value value = gradients.at(line, j);
                    Value scaled = factor == 1 ? value : times(value, number(factor));
                    return memories.store(buffer, plus(from, column), scaled);
                });
            });
        }
    }
}
