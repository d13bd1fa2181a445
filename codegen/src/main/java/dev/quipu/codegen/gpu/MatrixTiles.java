package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.power;

import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.dsl.DType;

/**
 * How an attention is cut for matrix units: each warp of a group has 16 queries, and all share a tile of keys. Sizes are powers
 * of two.
 *
 * @param queryTile queries of a group
 * @param keyTile keys of a tile
 */
record MatrixTiles(AttentionLaunch launch, int queryTile, int keyTile) {
    private static final int MOST_QUERIES = 64;
    private static final int MOST_KEYS = 64;

    /** Floats of a launch that pass through global memory: 1 GB. */
    private static final long MOST_SCRATCH = 1L << 28;

    /** Items that have one query. */
    static final int PARTS = 2;

    /** Whether an attention is one for matrix units: over bf16, in heads of whole matrices that fit into local memory. */
    static boolean suits(AttentionLaunch launch) {
        boolean halves = launch.buffers().subList(0, 3).stream().allMatch(buffer -> buffer.dtype() == DType.BF16);
        if (launch.kind() != AttentionLaunch.Kind.FORWARD || !halves || launch.headSize() % Matrix.DEPTH != 0) {
            return false;
        }
        MatrixTiles tiles = of(launch);
        return tiles.fits() && tiles.scratch() <= MOST_SCRATCH;
    }

    /** The largest tiles that fit, if any do. */
    static MatrixTiles of(AttentionLaunch launch) {
        int queries = Math.clamp(power(launch.queries()), Matrix.ROWS, MOST_QUERIES);
        int keys = Math.clamp(power(launch.keys()), Matrix.ROWS, MOST_KEYS);
        MatrixTiles tiles = new MatrixTiles(launch, queries, keys);
        while (!tiles.fits() && tiles.keyTile > Matrix.ROWS) {
            tiles = new MatrixTiles(launch, queries, tiles.keyTile / 2);
        }
        return tiles;
    }

    private boolean fits() {
        int words = queryWords() + keyWords() + weightWords() + items() + queryTile;
        return words <= GpuSubset.LOCAL_BYTES / Integer.BYTES;
    }

    int items() {
        return PARTS * queryTile;
    }

    int queryTiles() {
        return Math.ceilDiv(launch.queries(), queryTile);
    }

    int groups() {
        return launch.batch() * launch.heads() * queryTiles();
    }

    /** Pairs of a tile of queries. */
    int queryWords() {
        return queryTile * launch.headSize() / 2;
    }

    /** Pairs of a tile of keys, or of values. */
    int keyWords() {
        return keyTile * launch.headSize() / 2;
    }

    /** Pairs of a tile of weights. */
    int weightWords() {
        return queryTile * keyTile / 2;
    }

    /** Floats that a group passes through global memory: scores, then outputs, for matrix units write nowhere else. */
    int groupScratch() {
        return queryTile * Math.max(keyTile, launch.headSize());
    }

    /** Floats of all groups. */
    long scratch() {
        return (long) groups() * groupScratch();
    }
}
