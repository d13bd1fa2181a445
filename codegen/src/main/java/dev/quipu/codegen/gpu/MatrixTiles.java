package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.power;

import dev.quipu.codegen.gpu.AttentionTiles.Use;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.dsl.DType;
import java.util.List;

/**
 * How an attention is cut for matrix units. A group has a tile of queries, or of keys where it computes their gradients, 16 for
 * each warp or for each few of them; it walks tiles of the others, which all share. Sizes are powers of two.
 *
 * @param queryTile queries of a tile
 * @param keyTile keys of a tile
 */
record MatrixTiles(AttentionLaunch launch, Use use, int queryTile, int keyTile) {
    private static final int MOST_ROWS = 64;

    /** Queries that are walked at once: with more, what belongs to them takes more registers than there are. */
    private static final int MOST_WALKED = 32;

    /** Floats of a launch that pass through global memory: 1 GB. */
    private static final long MOST_SCRATCH = 1L << 28;

    /** Numbers of a head whose outputs a group of such tiles has in registers. */
    private static final int MOST_NUMBERS = 256;

    /** Numbers of a head whose gradients one warp has in registers; two can share a head. */
    private static final int MOST_SUMS = 64;

    /** What gradients multiply. */
    private static final List<Integer> GRADIENT_FACTORS =
            List.of(GradientTiles.QUERIES, GradientTiles.KEYS, GradientTiles.VALUES, GradientTiles.OUTPUT_GRADIENT);

    /** Items that have one query. */
    static final int PARTS = Matrix.WARP / Matrix.ROWS;

    /** Whether an attention is one for matrix units: over bf16, in heads of whole matrices that fit into local memory. */
    static boolean suits(AttentionLaunch launch) {
        return switch (launch.kind()) {
            case FORWARD -> launch.headSize() <= MOST_NUMBERS && suits(launch, List.of(0, 1, 2), List.of(Use.OUTPUT));
            case BACKWARD ->
                launch.headSize() <= 2 * MOST_SUMS
                        && suits(launch, GRADIENT_FACTORS, List.of(Use.QUERY_GRADIENT, Use.KEY_GRADIENTS));
            case CACHED -> false;
        };
    }

    private static boolean suits(AttentionLaunch launch, List<Integer> factors, List<Use> uses) {
        return launch.headSize() % Matrix.DEPTH == 0
                && factors.stream()
                        .allMatch(factor -> launch.buffers().get(factor).dtype() == DType.BF16)
                && uses.stream().map(use -> of(launch, use)).allMatch(MatrixTiles::fitsAll);
    }

    private boolean fitsAll() {
        return fits() && scratch() <= MOST_SCRATCH;
    }

    /** The largest tiles that fit, if any do. */
    static MatrixTiles of(AttentionLaunch launch, Use use) {
        int most = use == Use.KEY_GRADIENTS ? MOST_WALKED : MOST_ROWS;
        int queries = Math.clamp(power(launch.queries()), Matrix.ROWS, most);
        int keys = Math.clamp(power(launch.keys()), Matrix.ROWS, MOST_ROWS);
        MatrixTiles tiles = new MatrixTiles(launch, use, queries, keys);
        while (!tiles.fits() && tiles.others() > Matrix.ROWS) {
            tiles = tiles.ofKeys()
                    ? new MatrixTiles(launch, use, tiles.queryTile / 2, keys)
                    : new MatrixTiles(launch, use, queries, tiles.keyTile / 2);
        }
        return tiles;
    }

    private boolean fits() {
        return words() <= GpuSubset.LOCAL_BYTES / Integer.BYTES;
    }

    /** Whether a group has keys and walks queries. */
    boolean ofKeys() {
        return use == Use.KEY_GRADIENTS;
    }

    /** Rows of the tile that a group has. */
    int own() {
        return ofKeys() ? keyTile : queryTile;
    }

    /** Rows of a tile that it walks. */
    int others() {
        return ofKeys() ? queryTile : keyTile;
    }

    /** Warps that have the same 16 rows: each computes scores, and then sums, of some columns. */
    int sides() {
        return use == Use.OUTPUT || launch.headSize() <= MOST_SUMS ? 1 : 2;
    }

    int items() {
        return own() / Matrix.ROWS * sides() * Matrix.WARP;
    }

    /** Tiles that groups have, of one head. */
    int tiles() {
        return Math.ceilDiv(ofKeys() ? launch.keys() : launch.queries(), own());
    }

    int groups() {
        return launch.batch() * (ofKeys() ? launch.keyHeads() : launch.heads()) * tiles();
    }

    /** Pairs of a tile of queries. */
    int queryWords() {
        return queryTile * launch.headSize() / 2;
    }

    /** Pairs of a tile of keys, or of values. */
    int keyWords() {
        return keyTile * launch.headSize() / 2;
    }

    /** Pairs of a tile of weights, or of their gradients. */
    int weightWords() {
        return queryTile * keyTile / 2;
    }

    /** Pairs of the tiles that gradients need at once: what a group has, for a while, or what it walks, also turned. */
    int vectorWords() {
        return Math.max(own(), (ofKeys() ? 4 : 3) * others()) * launch.headSize() / 2;
    }

    private int words() {
        return switch (use) {
            case OUTPUT -> queryWords() + keyWords() + weightWords() + items() + queryTile;
            case QUERY_GRADIENT -> vectorWords() + weightWords() + 3 * queryTile;
            case KEY_GRADIENTS -> vectorWords() + 2 * weightWords() + 3 * queryTile;
        };
    }

    /**
     * Floats that a group passes through global memory, for matrix units write nowhere else: scores, then outputs; scores and their
     * gradients, then gradients.
     */
    int groupScratch() {
        return own() * Math.max(use == Use.OUTPUT ? others() : 2 * others(), launch.headSize());
    }

    /** Floats of all groups. */
    long scratch() {
        return (long) groups() * groupScratch();
    }
}
