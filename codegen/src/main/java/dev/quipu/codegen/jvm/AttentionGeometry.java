package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.AttentionLaunch;

/**
 * How an attention is cut into blocks and parts; all of it follows from shapes and the vectors' length.
 *
 * <p>Queries go in panels as wide as a right panel, keys in blocks whose scores against a panel stay in the caches, and
 * within a block in tiles of as many keys as a register tile has rows. A tile of scores is visited when some query of the
 * panel sees one of its keys.
 *
 * @param keyBlock keys of a block: whole tiles and whole panels
 */
record AttentionGeometry(AttentionLaunch launch, TileLibrary library, int keyBlock) {
    private static final int LARGEST_KEY_BLOCK = 288;
    private static final int ROWS_OF_PART = 256;
    private static final int FEW_PARTS = 8;
    private static final int FEW_KEY_HEADS = 4;

    static AttentionGeometry of(AttentionLaunch launch, TileLibrary library) {
        int unit = library.rows();
        while (unit % library.columns() != 0) {
            unit += library.rows();
        }
        int units = Math.ceilDiv(launch.keys(), unit);
        int largest = LARGEST_KEY_BLOCK / unit;
        if (launch.kind() == AttentionLaunch.Kind.BACKWARD && hasFewKeyHeads(launch)) {
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

    /** Bytes of a row of a right panel, and of a tile of scores. */
    long panelRow() {
        return (long) panel() * Float.BYTES;
    }

    /** Queries of a panel. */
    int panel() {
        return library.columns();
    }

    int panels() {
        return Math.ceilDiv(launch.queries(), panel());
    }

    /** Query heads that read one key head. */
    int group() {
        return launch.heads() / launch.keyHeads();
    }

    /** Rows of a panel that is transposed in squares of vectors. */
    int paddedHead() {
        return Math.ceilDiv(launch.headSize(), library.lanes()) * library.lanes();
    }

    int keyBlocks() {
        return Math.ceilDiv(launch.keys(), keyBlock());
    }

    /** Independent pairs of a batch's element and a key head. */
    int keyHeads() {
        return launch.batch() * launch.keyHeads();
    }

    /** Panels of one part: enough that packing a block of keys is little beside using it, fewer where parts are few. */
    int panelsOfPart() {
        int panels = Math.clamp(ROWS_OF_PART / ((long) panel() * group()), 1, panels());
        while (panels > 1 && keyHeads() * Math.ceilDiv(panels(), panels) < FEW_PARTS) {
            panels = Math.ceilDiv(panels, 2);
        }
        return panels;
    }

    int partsOfKeyHead() {
        return Math.ceilDiv(panels(), panelsOfPart());
    }

    /** Bytes from one query, and one output, to the next. */
    int queryRow() {
        return Math.multiplyExact(launch.heads() * launch.headSize(), Float.BYTES);
    }

    /** Bytes from one key, and one value, to the next. */
    int keyRow() {
        return Math.multiplyExact(launch.keyHeads() * launch.headSize(), Float.BYTES);
    }

    /** Floats of a panel of head vectors. */
    long headPanel() {
        return (long) paddedHead() * panel();
    }

    /** Floats of the transposed left panels of a block of keys. */
    long keyPanels() {
        return (long) keyBlock() / library.rows() * library.leftPanel(launch.headSize());
    }

    /** Floats of the left panels of rows of head vectors. */
    long rowPanels(int rows) {
        return (long) Math.ceilDiv(launch.headSize(), library.rows()) * library.leftPanel(rows);
    }

    /**
     * How many tiles of scores the forward pass visits, over all heads, where the first query stands at a position.
     *
     * @param position 0 but for cached attention
     */
    long visitedTiles(int position) {
        long tiles = 0;
        int rows = library.rows();
        for (int panel = 0; panel < panels(); panel++) {
            int first = position + panel * panel();
            int end = position + Math.min((panel + 1) * panel(), launch.queries());
            int begin = launch.window() == 0 ? 0 : Math.max(0, first - launch.window() + 1);
            tiles += Math.ceilDiv(end, rows) - begin / rows;
        }
        return tiles * launch.batch() * launch.heads();
    }
}
