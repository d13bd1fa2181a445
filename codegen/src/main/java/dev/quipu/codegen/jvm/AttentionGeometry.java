package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.AttentionLaunch;

/**
 * How an attention is cut into blocks and parts; all of it follows from shapes and the vectors' length.
 *
 * <p>Queries go in groups of as many as a tile has rows, keys in blocks that stay in the second-level cache, and within a block
 * in vectors. A vector of scores, one query's with neighbouring keys, is computed when some query of the group sees one of its
 * keys. Backward, several groups make a strip, whose contributions to the keys are summed together.
 *
 * @param keyBlock keys of a block: whole panels, and whole groups
 */
record AttentionGeometry(AttentionLaunch launch, TileLibrary library, int keyBlock) {
    private static final int LARGEST_KEY_BLOCK = 288;
    private static final int CACHE_FLOATS = 1 << 17; // half of a second-level cache of 1 MiB
    private static final int ROWS_OF_PART = 256;
    private static final int ROWS_OF_STRIP = 64;
    private static final int FEW_PARTS = 8;
    private static final int FEW_KEY_HEADS = 4;

    static AttentionGeometry of(AttentionLaunch launch, TileLibrary library) {
        boolean backward = launch.kind() == AttentionLaunch.Kind.BACKWARD;
        int unit = AttentionTile.vectors(library) * library.lanes();
        while (unit % AttentionTile.rows(library) != 0) {
            unit += AttentionTile.vectors(library) * library.lanes();
        }
        int units = Math.ceilDiv(launch.keys(), unit);
        int keysInCache = CACHE_FLOATS / (paddedHead(launch, library) * (backward ? 5 : 2));
        int largest = Math.max(1, Math.min(LARGEST_KEY_BLOCK, keysInCache) / unit);
        if (backward && hasFewKeyHeads(launch)) {
            largest = Math.clamp(units / FEW_PARTS, 1, largest);
        }
        return new AttentionGeometry(launch, library, Math.min(largest, units) * unit);
    }

    /** Whether parts of whole key heads would leave workers idle. */
    private static boolean hasFewKeyHeads(AttentionLaunch launch) {
        return launch.batch() * launch.keyHeads() < FEW_KEY_HEADS;
    }

    boolean hasFewKeyHeads() {
        return hasFewKeyHeads(launch);
    }

    int lanes() {
        return library.lanes();
    }

    /** Queries of a group. */
    int rows() {
        return AttentionTile.rows(library);
    }

    /** Keys of a panel, {@code [head size][keys]}. */
    int panel() {
        return AttentionTile.vectors(library) * library.lanes();
    }

    int groups() {
        return Math.ceilDiv(launch.queries(), rows());
    }

    /** Queries of a strip. */
    int strip() {
        return Math.min(ROWS_OF_STRIP / rows(), groups()) * rows();
    }

    /** Query heads that read one key head. */
    int group() {
        return launch.heads() / launch.keyHeads();
    }

    /** Floats of a head vector on its own: whole vectors. */
    int paddedHead() {
        return paddedHead(launch, library);
    }

    private static int paddedHead(AttentionLaunch launch, TileLibrary library) {
        return Math.ceilDiv(launch.headSize(), library.lanes()) * library.lanes();
    }

    /** Bytes of a head vector on its own. */
    int headRow() {
        return paddedHead() * Float.BYTES;
    }

    /** Floats from one line of scores, weights or factors to the next: not a power of two, whose lines share cache sets. */
    int line() {
        return Math.max(keyBlock, paddedHead()) + lanes();
    }

    int keyBlocks() {
        return Math.ceilDiv(launch.keys(), keyBlock());
    }

    /** Independent pairs of a batch's element and a key head. */
    int keyHeads() {
        return launch.batch() * launch.keyHeads();
    }

    /** Groups of one part: enough that packing a block of keys is little beside using it, fewer where parts are few. */
    int groupsOfPart() {
        int groups = Math.clamp(ROWS_OF_PART / ((long) rows() * group()), 1, groups());
        while (groups > 1 && keyHeads() * Math.ceilDiv(groups(), groups) < FEW_PARTS) {
            groups = Math.ceilDiv(groups, 2);
        }
        return groups;
    }

    int partsOfKeyHead() {
        return Math.ceilDiv(groups(), groupsOfPart());
    }

    /** Bytes from one query, and one output, to the next. */
    int queryRow() {
        return Math.multiplyExact(launch.heads() * launch.headSize(), Float.BYTES);
    }

    /** Bytes from one key, and one value, to the next. */
    int keyRow() {
        return Math.multiplyExact(launch.keyHeads() * launch.headSize(), Float.BYTES);
    }

    /** Floats of a block's keys as panels or as rows. */
    long block() {
        return (long) keyBlock() * paddedHead();
    }

    /**
     * How many tiles of scores the forward pass visits, over all heads, where the first query stands at a position.
     *
     * @param position 0 but for cached attention
     */
    long visitedTiles(int position) {
        long tiles = 0;
        for (int group = 0; group < groups(); group++) {
            int first = position + group * rows();
            int end = position + Math.min((group + 1) * rows(), launch.queries());
            int begin = launch.window() == 0 ? 0 : Math.max(0, first - launch.window() + 1);
            tiles += Math.ceilDiv(end, lanes()) - begin / lanes();
        }
        return tiles * launch.batch() * launch.heads();
    }
}
