package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.power;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.dsl.QuipuException;

/**
 * How an attention is cut for a group of work-items: into tiles of scores whose head vectors fit into local memory. All sizes
 * are powers of two, so that they can be spread over the items without remainders.
 *
 * @param queryTile queries of a tile
 * @param keyTile keys of a tile
 * @param items of a group: one or more scores for each
 * @param across items side by side along a head vector
 */
record AttentionTiles(AttentionLaunch launch, int queryTile, int keyTile, int items, int across) {
    /** Floats of local memory that every GPU has for a group: 48 KB. */
    private static final int LOCAL_FLOATS = 12288;

    private static final int MOST_ITEMS = 128;
    private static final int MOST_QUERIES = 64;
    private static final int MOST_KEYS = 32;
    private static final int FEWEST_ROWS = 4;

    /** Which arrays a kernel keeps in local memory. */
    enum Use {
        /** Queries; keys or values, in turn; scores; a number an item and one a query. */
        OUTPUT,
        /** Queries, output gradients, keys, values; one array of scores. */
        QUERY_GRADIENT,
        /** As {@link #QUERY_GRADIENT}, with two arrays of scores. */
        KEY_GRADIENTS
    }

    /** The largest tiles that fit. */
    static AttentionTiles of(AttentionLaunch launch, Use use) {
        int most = use == Use.OUTPUT ? MOST_QUERIES : MOST_KEYS;
        int queries = Math.clamp(power(launch.queries()), 2 * FEWEST_ROWS, most);
        int keys = Math.clamp(power(launch.keys()), 2 * FEWEST_ROWS, MOST_KEYS);
        while (queries >= FEWEST_ROWS) {
            AttentionTiles tiles = of(launch, queries, keys);
            if (tiles.floats(use) <= LOCAL_FLOATS) {
                return tiles;
            }
            if ((queries >= keys && use != Use.KEY_GRADIENTS) || queries > keys) {
                queries /= 2;
            } else {
                keys /= 2;
            }
        }
        throw QuipuException.of(
                "heads whose vectors fit into a GPU's local memory",
                "heads of " + launch.headSize() + " numbers",
                "attention",
                "use more and smaller heads, or --device jvm");
    }

    private static AttentionTiles of(AttentionLaunch launch, int queries, int keys) {
        int across = across(launch);
        int items = Math.min(Math.min(MOST_ITEMS, queries * keys), Math.min(queries, keys) * across);
        return new AttentionTiles(launch, queries, keys, items, across);
    }

    /** Items side by side along a head vector: enough for whole transactions of memory. */
    static int across(AttentionLaunch launch) {
        return Math.clamp(power(launch.headSize()), 4, 16);
    }

    /** Numbers of a head vector, with zeros up to what the items along it have. */
    static int padded(AttentionLaunch launch) {
        return Math.ceilDiv(launch.headSize(), across(launch)) * across(launch);
    }

    /** From one head vector to the next in local memory: odd, so that a column of them lies in different banks. */
    int headStride() {
        return padded(launch) | 1;
    }

    /** From the scores of one query to the next. */
    int scoreStride() {
        return keyTile + 1;
    }

    /** Items side by side along the scores of a query. */
    int scoresAcross() {
        return Math.max(Math.min(keyTile, 8), items / queryTile);
    }

    int queryTiles() {
        return Math.ceilDiv(launch.queries(), queryTile);
    }

    int keyTiles() {
        return Math.ceilDiv(launch.keys(), keyTile);
    }

    private int floats(Use use) {
        int rows = queryTile + keyTile;
        int scores = queryTile * scoreStride();
        return switch (use) {
            case OUTPUT -> rows * headStride() + scores + items + queryTile;
            case QUERY_GRADIENT -> 2 * rows * headStride() + scores;
            case KEY_GRADIENTS -> 2 * rows * headStride() + 2 * scores;
        };
    }
}
