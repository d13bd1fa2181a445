package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.ZERO;
import static dev.quipu.codegen.gpu.GpuForms.compare;
import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.element;
import static dev.quipu.codegen.gpu.GpuForms.exp;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.number;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.shared;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.launch.AttentionLaunch;

/**
 * Between the matrix products of {@link MatrixGradients}: from scores and gradients of weights, which products leave in global
 * memory, to weights P = exp(S - lse) and slopes dS = scale * P (dP - delta) in local memory, rounded to bf16. A warp has 16 of the
 * group's rows, and each item neighbours in two of them.
 */
final class MatrixSlopes {
    /** Numbers that a matrix unit writes at once. */
    static final int BLOCK = Matrix.ROWS * Matrix.COLUMNS;

    private final MatrixTiles tiles;
    private final AttentionLaunch launch;
    private final Memories memories;
    private final AttentionMask mask;
    private final MatrixWords slopes;
    private final MatrixWords weights;
    private final Value.Variable logSumExp;
    private final Value.Variable delta;
    private final Value.Variable oldest;

    /** Emits the arrays. */
    MatrixSlopes(Emitter body, MatrixTiles tiles, Memories memories, AttentionMask mask) {
        this.tiles = tiles;
        this.launch = tiles.launch();
        this.memories = memories;
        this.mask = mask;
        this.slopes = words(body, "slopeWords");
        this.weights = tiles.ofKeys() ? words(body, "weightWords") : slopes;
        this.logSumExp = shared(body, "logSumExp", tiles.queryTile());
        this.delta = shared(body, "delta", tiles.queryTile());
        this.oldest = mask.hasOldest() ? MatrixWords.allocate(body, "oldest", tiles.queryTile()) : null;
    }

    private MatrixWords words(Emitter body, String name) {
        return MatrixWords.left(MatrixWords.allocate(body, name, tiles.weightWords()), tiles.others());
    }

    /** A row for each row of the group, a column for each of the tile. */
    MatrixWords slopes() {
        return slopes;
    }

    /** As {@link #slopes}, under {@link AttentionTiles.Use#KEY_GRADIENTS}. */
    MatrixWords weights() {
        return weights;
    }

    /** Loads what belongs to the queries of a tile. The weights of those that are not there come out as zero. */
    void loadStatistics(Emitter body, Value item, Value head, Value firstQuery) {
        body.when(less(item, integer(tiles.queryTile())), inner -> {
            Value.Variable query = inner.let("query", plus(firstQuery, item));
            Value.Variable there = inner.let("there", min(query, integer(launch.queries() - 1L)));
            AttentionPlaces places = mask.places();
            Value known = memories.load(GradientTiles.LOG_SUM_EXP, places.statistic(head, there));
            Value lost = compare(query, Comparison.GREATER, there);
            store(inner, logSumExp, item, new Value.Select(lost, number(-TiledAttention.UNSEEN), known));
            Value at = plus(times(places.row(there), launch.heads()), head);
            store(inner, delta, item, memories.load(GradientTiles.delta(launch), at));
            if (oldest != null) {
                store(inner, oldest, item, mask.oldest(there));
            }
        });
    }

    /**
     * Computes a small matrix of a tile.
     *
     * @param band number of its 16 rows
     * @param block number of its 8 columns
     * @param lane the item's number in its warp
     * @param room where its scores begin, and behind them gradients of weights
     */
    void weigh(Emitter body, Value band, Value block, Value lane, Value room, Value firstQuery, Value firstKey) {
        int pairs = Matrix.COLUMNS / 2;
        Value.Variable at = body.let("pairAt", plus(room, times(lane, 2)));
        Value.Variable pair = body.let("pair", plus(times(block, pairs), remainder(lane, pairs)));
        for (int half = 0; half < 2; half++) {
            Value down = plus(divide(lane, pairs), half * Matrix.ROWS / 2);
            Value.Variable row = body.let("row", plus(times(band, Matrix.ROWS), down));
            Value from = plus(at, half * BLOCK / 2);
            Slope low = slope(body, from, row, times(pair, 2), firstQuery, firstKey);
            Slope high = slope(body, plus(from, 1), row, plus(times(pair, 2), 1), firstQuery, firstKey);
            Value place = slopes.place(row, pair);
            store(body, slopes.array(), place, new Value.Pair(low.slope(), high.slope()));
            if (tiles.ofKeys()) {
                store(body, weights.array(), place, new Value.Pair(low.weight(), high.weight()));
            }
        }
    }

    private record Slope(Value.Variable weight, Value.Variable slope) {}

    private Slope slope(Emitter body, Value at, Value row, Value column, Value firstQuery, Value firstKey) {
        Value query = tiles.ofKeys() ? column : row;
        Value key = plus(firstKey, tiles.ofKeys() ? row : column);
        Value score = times(memories.load(memories.last(), at), number(launch.scale()));
        Value gradient = memories.load(memories.last(), plus(at, BLOCK));
        Value.Variable power = body.let("power", exp(minus(score, element(logSumExp, query))));
        Value early = oldest == null
                ? power
                : new Value.Select(
                        compare(key, Comparison.GREATER_OR_EQUAL, new Value.Load(KernelType.INT, oldest, query)),
                        power,
                        ZERO);
        Value seen = compare(key, Comparison.LESS_OR_EQUAL, plus(firstQuery, query));
        Value.Variable weight = body.let("weight", new Value.Select(seen, early, ZERO));
        Value change = minus(gradient, element(delta, query));
        return new Slope(weight, body.let("slope", times(times(weight, number(launch.scale())), change)));
    }
}
