package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.gpu.MatrixWords.RowSource;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        queries.loadTurned(body, item, tiles.items(), headSize, source, at, step, last, Optional.empty());
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
            MatrixSums sums = MatrixSums.zeros(inner, "sums", Matrix.ROWS / Matrix.COLUMNS);
            for (int k = 0; k < headSize / Matrix.DEPTH; k++) {
                Value depth = integer(k);
                Value.Variable key = inner.let("key", keys.load(band, depth));
                sums.add(inner, key, i -> queries.load(depth, plus(left, i)));
            }
            Value query = times(warp, Matrix.ROWS);
            Value at = inner.let("scoreAt", plus(room, scoreAt(query, times(band, Matrix.ROWS))));
            sums.store(inner, memories, memories.last(), at, tiles.queryTile());
        });
    }

    /** What the tile's values add to the outputs of the warp's queries: a row of the room for each. */
    void weigh(Emitter loop) {
        List<Value.Variable> left = new ArrayList<>();
        for (int k = 0; k < tiles.keyTile() / Matrix.DEPTH; k++) {
            left.add(loop.let("weight", weights.load(warp, integer(k))));
        }
        loop.loop("across", integer(0), integer(headSize / Matrix.COLUMNS), 1, (inner, across) -> {
            MatrixSums sums = MatrixSums.zeros(inner, "sums", 1);
            for (int k = 0; k < left.size(); k++) {
                Value depth = integer(k);
                sums.add(inner, left.get(k), i -> values.load(depth, across));
            }
            Value row = times(times(warp, Matrix.ROWS), headSize);
            Value at = plus(plus(room, row), times(across, Matrix.COLUMNS));
            sums.store(inner, memories, memories.last(), at, headSize);
        });
    }
}
