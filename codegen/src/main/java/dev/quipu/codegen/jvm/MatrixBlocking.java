package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.Int8Blocks;

/**
 * How a product is cut. All of it follows from shapes, so that results do not depend on workers.
 *
 * <p>A part takes some panels of rows and some panels of columns: it copies its rows of a block of depth, then multiplies
 * them with one right panel after the other. The block of rows stays in the second-level cache; each right panel is used by
 * all its row panels at once. Blocks of depth are added one after the other.
 *
 * <p>Where both factors lie along the depth, the one that becomes right panels is transposed, and the smaller one had better
 * be: of a product of few tokens with a weight, tiles compute the transposed product, with rows of the weight as their rows. What
 * a part keeps is turned then, in cache. Each element is the same sum.
 *
 * @param swaps whether tiles compute the transposed product
 * @param keepsRows whether a part's rows of the product are kept until they are complete: an epilogue takes whole rows, because
 *     memory is fast in long stretches only
 * @param blockDepth steps of depth in a block; the last may have fewer
 * @param rowPanelsOfPart panels of {@link TileLibrary#rows()} rows; the last part also has the rows that are no whole panel
 * @param columnPanelsOfPart panels of {@link TileLibrary#columns()} columns
 */
record MatrixBlocking(
        MatrixProduct product,
        TileLibrary library,
        boolean swaps,
        boolean keepsRows,
        int blockDepth,
        int rowPanelsOfPart,
        int columnPanelsOfPart) {
    /** Measured: 384 to 768 are alike, less is slower. */
    private static final int MOST_DEPTH = TileLibrary.MOST_LEFT_ROW;

    /** Whole vectors and blocks of int8. */
    private static final int MULTIPLE = Int8Blocks.ELEMENTS;

    private static final int MOST_ROW_PANELS = 8;
    private static final int FEWEST_ROW_PANELS = 3;

    /** Panels whose rows are whole vectors: those of a part are, where they become columns. */
    private static final int SWAPPED_ROW_PANELS = 4;

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

    /** Floats of a cache line of 64 bytes. */
    private static final int LINE = 16;

    private static final int FEWEST_FAR_PARTS = 16;

    /** Floats of the product that a part keeps: a third of a small second-level cache. */
    private static final int MOST_KEPT = 96 * 1024;

    /** @param hasEpilogue whether more is done with the product than to write it */
    static MatrixBlocking of(MatrixProduct product, TileLibrary library, boolean hasEpilogue) {
        boolean swaps = swaps(product);
        boolean keepsRows = swaps || hasEpilogue;
        int rows = swaps ? product.columns() : product.rows();
        int columns = swaps ? product.rows() : product.columns();
        int rowPanels = Math.max(1, rows / library.rows());
        int columnPanels = Math.ceilDiv(columns, library.columns());
        boolean isNear = (long) columns * product.depth() <= MOST_NEAR;
        int wanted = Math.ceilDiv(isNear ? PARTS : FEWEST_PARTS, product.batch());
        int chunks = Math.ceilDiv(
                rowPanels, Math.clamp(Math.ceilDiv(rowPanels, wanted), FEWEST_ROW_PANELS, MOST_ROW_PANELS));
        int groups = Math.clamp(
                Math.ceilDiv(isNear ? FEWEST_PARTS : FEWEST_FAR_PARTS, Math.multiplyExact(chunks, product.batch())),
                1,
                Math.max(1, columnPanels / FEWEST_COLUMN_PANELS));
        int multiple = swaps ? SWAPPED_ROW_PANELS : 1;
        int rowPanelsOfPart = Math.ceilDiv(Math.ceilDiv(rowPanels, chunks), multiple) * multiple;
        int columnPanelsOfPart = Math.ceilDiv(columnPanels, groups);
        if (keepsRows) {
            int most = MOST_KEPT / (rowPanelsOfPart * library.rows() * library.columns());
            columnPanelsOfPart =
                    Math.ceilDiv(columnPanels, Math.ceilDiv(columnPanels, Math.min(most, columnPanelsOfPart)));
        }
        return new MatrixBlocking(
                product, library, swaps, keepsRows, blockDepth(product.depth()), rowPanelsOfPart, columnPanelsOfPart);
    }

    /** Whether less is transposed then: the left factor and the product, for the right factor. */
    static boolean swaps(MatrixProduct product) {
        long depth = product.depth();
        return !product.transposeLeft()
                && product.transposeRight()
                && product.rows() * (depth + product.columns()) < product.columns() * depth;
    }

    private static int blockDepth(int depth) {
        int blocks = Math.ceilDiv(depth, MOST_DEPTH);
        return blocks == 1 ? depth : Math.ceilDiv(Math.ceilDiv(depth, blocks), MULTIPLE) * MULTIPLE;
    }

    int depthBlocks() {
        return Math.ceilDiv(product.depth(), blockDepth);
    }

    /** The factor whose lines are the tiles' rows. */
    MatrixFactor left() {
        return swaps ? MatrixFactor.ofColumns(product) : MatrixFactor.ofRows(product);
    }

    /** The factor whose lines are the tiles' columns. */
    MatrixFactor right() {
        return swaps ? MatrixFactor.ofRows(product) : MatrixFactor.ofColumns(product);
    }

    int columnPanels() {
        return Math.ceilDiv(right().lines(), library.columns());
    }

    /** Rows of every part but the last. */
    int rowsOfPart() {
        return rowPanelsOfPart * library.rows();
    }

    /** Rows of the last part, which may have more or fewer. */
    int lastRows() {
        return left().lines() - (chunks() - 1) * rowsOfPart();
    }

    /** Panels of rows, whole or not, of the part that has most. */
    int mostRowPanels() {
        int panels = Math.ceilDiv(lastRows(), library.rows());
        return chunks() == 1 ? panels : Math.max(panels, rowPanelsOfPart);
    }

    /** Rows of a tile: whole tiles, where the product has as many rows; each method less is one that the JIT need not compile. */
    int tileRows() {
        return Math.min(left().lines(), library.rows());
    }

    /** Name of the tile. */
    String tile() {
        return left().alongDepth() ? library.rowTile(tileRows()) : library.tile(tileRows());
    }

    /** Floats from a part's {@link TileLibrary#rows()} left rows to its next. */
    int leftPanel() {
        return left().alongDepth() ? library.rows() * TileLibrary.LEFT_ROW : library.leftPanel(blockDepth);
    }

    /** Parts that share the columns. */
    int chunks() {
        return Math.ceilDiv(Math.max(1, left().lines() / library.rows()), rowPanelsOfPart);
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
        return keepsRows ? 0 : right().lines() / library.columns();
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

    /** As {@link #keptRowBytes}, of what a part keeps when it is turned. */
    int turnedRowBytes() {
        return (wholeVectors(mostRowPanels() * library.rows()) + LINE) * Float.BYTES;
    }

    int wholeVectors(int floats) {
        return Math.ceilDiv(floats, library.lanes()) * library.lanes();
    }

    /** Bytes of a right panel. */
    long rightPanelBytes() {
        return (long) library.rightPanel(blockDepth) * Float.BYTES;
    }
}
