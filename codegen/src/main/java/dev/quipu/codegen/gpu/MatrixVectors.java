package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.barrier;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The head vectors of {@link MatrixGradients} and their products: the group's own, left matrices in registers, and those of the
 * tile that it walks, right matrices in local memory, as they are and turned. Before the walk the own vectors pass through the
 * same local memory.
 */
final class MatrixVectors {
    private final MatrixTiles tiles;
    private final Memories memories;
    private final Value.Variable item;
    private final Value.Variable band;
    private final int headSize;
    private final List<Integer> ownBuffers;
    private final List<Integer> otherBuffers;
    private final Value.Variable words;
    private final List<MatrixWords> turned;
    private final List<MatrixWords> straight;
    private final List<List<Value.Variable>> own = new ArrayList<>();

    /**
     * Emits the array.
     *
     * @param band number of the 16 rows that the item's warp has
     */
    MatrixVectors(Emitter body, MatrixTiles tiles, Memories memories, Value.Variable item, Value.Variable band) {
        this.tiles = tiles;
        this.memories = memories;
        this.item = item;
        this.band = band;
        this.headSize = tiles.launch().headSize();
        List<Integer> queries = List.of(GradientTiles.QUERIES, GradientTiles.OUTPUT_GRADIENT);
        List<Integer> keys = List.of(GradientTiles.KEYS, GradientTiles.VALUES);
        this.ownBuffers = tiles.ofKeys() ? keys : queries;
        this.otherBuffers = tiles.ofKeys() ? queries : keys;
        this.words = MatrixWords.allocate(body, "vectorWords", tiles.vectorWords());
        int rows = tiles.others();
        int size = rows * headSize / 2;
        this.turned = List.of(MatrixWords.right(words, 0, rows), MatrixWords.right(words, size, rows));
        this.straight = tiles.ofKeys()
                ? List.of(MatrixWords.right(words, 2 * size, headSize), MatrixWords.right(words, 3 * size, headSize))
                : List.of(MatrixWords.right(words, 2 * size, headSize));
    }

    /**
     * Loads the group's own vectors.
     *
     * @param at element at which the first begins
     * @param step elements from one to the next
     * @param last number of the last that is there
     */
    void loadOwn(Emitter body, Value at, int step, Value last) {
        MatrixWords left = MatrixWords.left(words, headSize);
        for (int buffer : ownBuffers) {
            left.load(body, item, tiles.items(), tiles.own(), index -> memories.load(buffer, index), at, step, last);
            barrier(body);
            List<Value.Variable> matrices = new ArrayList<>();
            for (int k = 0; k < headSize / Matrix.DEPTH; k++) {
                matrices.add(body.let("own", left.load(band, integer(k))));
            }
            own.add(matrices);
            barrier(body);
        }
    }

    /** Loads the vectors of a tile that is walked; parameters as for {@link #loadOwn}. */
    void loadOthers(Emitter loop, Value at, int step, Value last) {
        for (int i = 0; i < turned.size(); i++) {
            int buffer = otherBuffers.get(i);
            Optional<MatrixWords> kept = i < straight.size() ? Optional.of(straight.get(i)) : Optional.empty();
            turned.get(i)
                    .loadTurned(
                            loop,
                            item,
                            tiles.items(),
                            headSize,
                            index -> memories.load(buffer, index),
                            at,
                            step,
                            last,
                            kept);
        }
    }

    /** Writes products of the own vectors of the warp and 8 of the tile: one block for each of the two kinds. */
    void score(Emitter loop, Value block, Value at) {
        for (int i = 0; i < turned.size(); i++) {
            MatrixWords right = turned.get(i);
            MatrixSums sums = MatrixSums.zeros(loop, "sums", 1);
            for (int k = 0; k < headSize / Matrix.DEPTH; k++) {
                Value depth = integer(k);
                sums.add(loop, own.get(i).get(k), number -> right.load(depth, block));
            }
            Value from = plus(at, (long) i * MatrixSlopes.BLOCK);
            sums.store(loop, memories, memories.last(), from, Matrix.COLUMNS);
        }
    }

    /**
     * Adds the tile's vectors, weighed.
     *
     * @param weights a row for each own vector, a column for each of the tile
     * @param which vectors
     * @param side which columns of the gradients
     */
    void add(Emitter loop, MatrixWords weights, int which, Value side, MatrixSums sums) {
        int count = sums.matrices().size();
        for (int k = 0; k < tiles.others() / Matrix.DEPTH; k++) {
            Value depth = integer(k);
            Value.Variable left = loop.let("weights", weights.load(band, depth));
            Value first = times(side, count);
            sums.add(loop, left, number -> straight.get(which).load(depth, plus(first, number)));
        }
    }
}
