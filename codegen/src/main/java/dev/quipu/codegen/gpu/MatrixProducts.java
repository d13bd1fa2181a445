package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.MatrixWords.RowSource;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.kernel.Value.MatrixOperator;
import java.util.ArrayList;
import java.util.List;

/**
 * The two products of an attention on matrix units. Keys times queries: a row of scores for each key, so that keys lie in local
 * memory as they do in their buffer. Weights times values: a row for each query. A warp computes what its 16 queries need.
 */
final class MatrixProducts {
    private final Emitter body;
    private final MatrixTiles tiles;
    private final Memories memories;
    private final Value.Variable room;
    private final Value.Variable warp;
    private final int headSize;
    private final MatrixWords queries;
    private final MatrixWords keys;
    private final MatrixWords values;
    private final MatrixWords weights;

    /**
     * Emits the arrays.
     *
     * @param memories the last is where sums are written
     * @param room the group's first element there
     * @param warp number of the item's warp in the group
     */
    MatrixProducts(Emitter body, MatrixTiles tiles, Memories memories, Value.Variable room, Value.Variable warp) {
        this.body = body;
        this.tiles = tiles;
        this.memories = memories;
        this.room = room;
        this.warp = warp;
        this.headSize = tiles.launch().headSize();
        this.queries =
                MatrixWords.right(MatrixWords.allocate(body, "queryWords", tiles.queryWords()), tiles.queryTile());
        Value.Variable keyWords = MatrixWords.allocate(body, "keyWords", tiles.keyWords());
        this.keys = MatrixWords.left(keyWords, headSize);
        this.values = MatrixWords.right(keyWords, headSize);
        this.weights =
                MatrixWords.left(MatrixWords.allocate(body, "weightWords", tiles.weightWords()), tiles.keyTile());
    }

    MatrixWords weights() {
        return weights;
    }

    void loadQueries(Value item, RowSource source, Value at, int step, Value last) {
        queries.loadTurned(body, item, tiles.items(), headSize, source, at, step, last);
    }

    void loadKeys(Emitter loop, Value item, RowSource source, Value at, int step, Value last) {
        keys.load(loop, item, tiles.items(), tiles.keyTile(), source, at, step, last);
    }

    void loadValues(Emitter loop, Value item, RowSource source, Value at, int step, Value last) {
        values.load(loop, item, tiles.items(), tiles.keyTile(), source, at, step, last);
    }

    /** Where a score lies in the group's room. */
    Value scoreAt(Value query, Value key) {
        return plus(times(key, tiles.queryTile()), query);
    }

    /** Scores of all keys of the tile, for the warp's queries. */
    void score(Emitter loop) {
        Value left = times(warp, Matrix.ROWS / Matrix.COLUMNS);
        loop.loop("band", integer(0), integer(tiles.keyTile() / Matrix.ROWS), 1, (inner, band) -> {
            Value.Variable first = zeros(inner);
            Value.Variable second = zeros(inner);
            for (int k = 0; k < headSize / Matrix.DEPTH; k++) {
                Value.Variable key = inner.let("key", keys.load(band, integer(k)));
                first = add(inner, key, inner.let("query", queries.load(integer(k), left)), first);
                second = add(inner, key, inner.let("query", queries.load(integer(k), plus(left, 1))), second);
            }
            Value query = times(warp, Matrix.ROWS);
            Value at = inner.let("scoreAt", plus(room, scoreAt(query, times(band, Matrix.ROWS))));
            store(inner, at, tiles.queryTile(), first);
            store(inner, plus(at, Matrix.COLUMNS), tiles.queryTile(), second);
        });
    }

    /** What the tile's values add to the outputs of the warp's queries: a row of the room for each. */
    void weigh(Emitter loop) {
        List<Value.Variable> left = new ArrayList<>();
        for (int k = 0; k < tiles.keyTile() / Matrix.DEPTH; k++) {
            left.add(loop.let("weight", weights.load(warp, integer(k))));
        }
        loop.loop("across", integer(0), integer(headSize / Matrix.COLUMNS), 1, (inner, across) -> {
            Value.Variable sums = zeros(inner);
            for (int k = 0; k < left.size(); k++) {
                sums = add(inner, left.get(k), inner.let("value", values.load(integer(k), across)), sums);
            }
            Value row = times(times(warp, Matrix.ROWS), headSize);
            store(inner, plus(plus(room, row), times(across, Matrix.COLUMNS)), headSize, sums);
        });
    }

    private static Value.Variable zeros(Emitter body) {
        return body.let("sums", new Matrix(MatrixOperator.ZEROS, List.of()));
    }

    private static Value.Variable add(Emitter body, Value left, Value right, Value sums) {
        return body.let("sums", new Matrix(MatrixOperator.MULTIPLY_ADD, List.of(left, right, sums)));
    }

    private void store(Emitter body, Value at, int stride, Value sums) {
        body.add(memories.storeMatrix(memories.last(), at, stride, sums));
    }
}
