package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;

/**
 * How a product is cut. All of it follows from shapes, so that results do not depend on workers.
 *
 * <p>A part takes some panels of rows and some panels of columns: it copies its rows of a block of depth, then multiplies
 * them with one right panel after the other. The block of rows stays in the second-level cache; each right panel is used by
 * all its row panels at once. Blocks of depth are added one after the other.
 *
 * @param keepsRows whether a part's rows of the product are kept until they are complete: an epilogue takes whole rows, because
 *     memory is fast in long stretches only
 * @param blockDepth steps of depth in a block; the last may have fewer
 * @param rowPanelsOfPart panels of {@link TileLibrary#rows()} rows; the last part also has the rows that are no whole panel
 * @param columnPanelsOfPart panels of {@link TileLibrary#columns()} columns
 */
record MatrixBlocking(
        MatrixProduct product,
        TileLibrary library,
        boolean keepsRows,
        int blockDepth,
        int rowPanelsOfPart,
        int columnPanelsOfPart) {
    /** Measured: 384 to 768 are alike, less is slower. */
    private static final int MOST_DEPTH = TileLibrary.MOST_LEFT_ROW;

    /** The longest vectors, so that blocks are the same for all. */
    private static final int MULTIPLE = 16;

    private static final int MOST_ROW_PANELS = 8;
    private static final int FEWEST_ROW_PANELS = 3;

    /** With fewer columns a part would copy its rows for too little. */
    private static final int FEWEST_COLUMN_PANELS = 4;

    /** Enough for some workers to end together. */
    private static final int PARTS = 40;

    /** With fewer parts than this the columns are divided too, although each part then copies the same rows. */
    private static final int FEWEST_PARTS = 8;

    /**
     * Floats of right panels that stay in a second-level cache. More come from farther away for every part, which then takes as
     * many rows as it can, so that each panel is used for long, and some of the columns.
     */
    private static final int MOST_NEAR = 256 * 1024;

    private static final int FEWEST_FAR_PARTS = 16;

    /** Floats of the product that a part keeps: a third of a small second-level cache. */
    private static final int MOST_KEPT = 96 * 1024;

    static MatrixBlocking of(MatrixProduct product, TileLibrary library, boolean keepsRows) {
        int rowPanels = Math.max(1, product.rows() / library.rows());
        int columnPanels = Math.ceilDiv(product.columns(), library.columns());
        boolean isNear = (long) product.columns() * product.depth() <= MOST_NEAR;
        int wanted = Math.ceilDiv(isNear ? PARTS : FEWEST_PARTS, product.batch());
        int chunks = Math.ceilDiv(
                rowPanels, Math.clamp(Math.ceilDiv(rowPanels, wanted), FEWEST_ROW_PANELS, MOST_ROW_PANELS));
        int groups = Math.clamp(
                Math.ceilDiv(isNear ? FEWEST_PARTS : FEWEST_FAR_PARTS, Math.multiplyExact(chunks, product.batch())),
                1,
                Math.max(1, columnPanels / FEWEST_COLUMN_PANELS));
        int rowPanelsOfPart = Math.ceilDiv(rowPanels, chunks);
        int columnPanelsOfPart = Math.ceilDiv(columnPanels, groups);
        if (keepsRows) {
            int most = MOST_KEPT / (rowPanelsOfPart * library.rows() * library.columns());
            columnPanelsOfPart =
                    Math.ceilDiv(columnPanels, Math.ceilDiv(columnPanels, Math.min(most, columnPanelsOfPart)));
        }
        return new MatrixBlocking(
                product, library, keepsRows, blockDepth(product.depth()), rowPanelsOfPart, columnPanelsOfPart);
    }

    private static int blockDepth(int depth) {
        int blocks = Math.ceilDiv(depth, MOST_DEPTH);
        return blocks == 1 ? depth : Math.ceilDiv(Math.ceilDiv(depth, blocks), MULTIPLE) * MULTIPLE;
    }

    int depthBlocks() {
        return Math.ceilDiv(product.depth(), blockDepth);
    }

    int columnPanels() {
        return Math.ceilDiv(product.columns(), library.columns());
    }

    /** Rows of every part but the last. */
    int rowsOfPart() {
        return rowPanelsOfPart * library.rows();
    }

    /** Rows of the last part, which may have more or fewer. */
    int lastRows() {
        return product.rows() - (chunks() - 1) * rowsOfPart();
    }

    /** Panels of rows, whole or not, of the part that has most. */
    int mostRowPanels() {
        int panels = Math.ceilDiv(lastRows(), library.rows());
        return chunks() == 1 ? panels : Math.max(panels, rowPanelsOfPart);
    }

    /** Whether the left matrix has its rows along the depth, so that tiles can read copies of them. */
    boolean copiesRows() {
        return !product.transposeLeft();
    }

    /** Rows of a tile: whole tiles, where the product has as many rows; each method less is one that the JIT need not compile. */
    int tileRows() {
        return Math.min(product.rows(), library.rows());
    }

    /** Name of the tile. */
    String tile() {
        return copiesRows() ? library.rowTile(tileRows()) : library.tile(tileRows());
    }

    /** Floats from a part's {@link TileLibrary#rows()} left rows to its next. */
    int leftPanel() {
        return copiesRows() ? library.rows() * TileLibrary.LEFT_ROW : library.leftPanel(blockDepth);
    }

    /** Parts that share the columns. */
    int chunks() {
        return Math.ceilDiv(Math.max(1, product.rows() / library.rows()), rowPanelsOfPart);
    }

    /** Parts that share the rows. */
    int groups() {
        return Math.ceilDiv(columnPanels(), columnPanelsOfPart);
    }

    int parts() {
        return Math.multiplyExact(product.batch(), Math.multiplyExact(chunks(), groups()));
    }

    /** Whether right panels are packed before, for several parts; else the only part that needs one packs it. */
    boolean sharesRightPanels() {
        return chunks() > 1;
    }

    /** How many column panels, from the first, are written by their tiles and not kept. */
    int directPanels() {
        return keepsRows ? 0 : product.columns() / library.columns();
    }

    /** Whether a part keeps any: without an epilogue, those columns at the end that are no whole panel. */
    boolean keepsAny() {
        return directPanels() < columnPanels();
    }

    /** Bytes from row to row of what a part keeps; rows do not lie at powers of two, which would share a cache's set. */
    int keptRowBytes() {
        int panels = keepsRows ? columnPanelsOfPart : 1;
        return (panels * library.columns() + library.lanes()) * Float.BYTES;
    }

    /** Bytes of a right panel. */
    long rightPanelBytes() {
        return (long) library.rightPanel(blockDepth) * Float.BYTES;
    }
}
