package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;

/**
 * How an {@link OuterProduct} is cut. All of it follows from shapes, so that results do not depend on workers.
 *
 * @param depth steps of a round; the last may have fewer
 * @param rowPanelsOfPart panels of {@link TileLibrary#rows()} rows that a part multiplies in a round
 * @param columnPanelsOfPart with so many panels of {@link TileLibrary#columns()} columns
 */
record OuterBlocking(
        MatrixProduct product, TileLibrary library, int depth, int rowPanelsOfPart, int columnPanelsOfPart) {
    /** Rows of the right factor that a part packs. */
    static final int PACKED_ROWS = 32;

    /** With more, a part's rows leave the second-level cache; with less, sums are read and written too often. */
    private static final int MOST_DEPTH = 1024;

    /** Floats of the right factor that a round packs: every part reads them all. */
    private static final int MOST_PACKED = 3 << 18;

    private static final int FEWEST_DEPTH = 128;
    private static final int PARTS = 16;
    private static final int FEWEST_ROW_PANELS = 3;
    private static final int MOST_ROW_PANELS = 8;
    private static final int FEWEST_COLUMN_PANELS = 4;

    /** Floats of a cache line of 64 bytes. */
    private static final int LINE = 16;

    static OuterBlocking of(MatrixProduct product, TileLibrary library) {
        int most = Math.clamp(MOST_PACKED / product.columns(), FEWEST_DEPTH, MOST_DEPTH);
        int rounds = Math.ceilDiv(product.depth(), most);
        int depth = rounds == 1 ? product.depth() : Math.ceilDiv(Math.ceilDiv(product.depth(), rounds), LINE) * LINE;
        int rowPanels = Math.ceilDiv(product.rows(), library.rows());
        int rowPanelsOfPart = Math.min(rowPanels, Math.clamp(rowPanels / PARTS, FEWEST_ROW_PANELS, MOST_ROW_PANELS));
        int chunks = Math.ceilDiv(rowPanels, rowPanelsOfPart);
        int columnPanels = Math.ceilDiv(product.columns(), library.columns());
        int groups = Math.clamp(Math.ceilDiv(PARTS, chunks), 1, Math.max(1, columnPanels / FEWEST_COLUMN_PANELS));
        return new OuterBlocking(product, library, depth, rowPanelsOfPart, Math.ceilDiv(columnPanels, groups));
    }

    int rounds() {
        return Math.ceilDiv(product.depth(), depth);
    }

    int packingParts() {
        return Math.ceilDiv(depth, PACKED_ROWS);
    }

    int rowPanels() {
        return Math.ceilDiv(product.rows(), library.rows());
    }

    int columnPanels() {
        return Math.ceilDiv(product.columns(), library.columns());
    }

    /** Parts that share the columns. */
    int chunks() {
        return Math.ceilDiv(rowPanels(), rowPanelsOfPart);
    }

    /** Parts that share the rows. */
    int groups() {
        return Math.ceilDiv(columnPanels(), columnPanelsOfPart);
    }

    /** Floats from one left panel to the next: packing writes whole vectors, so some room lies behind each. */
    int leftPanel() {
        return apart(depth * library.rows() + library.lanes());
    }

    /** Floats from one right panel to the next. */
    int rightPanel() {
        return apart(depth * library.columns());
    }

    /** Rounded up to an odd number of cache lines: a row goes to the same place of all panels, which must not share a cache's set. */
    private static int apart(int floats) {
        return (Math.ceilDiv(floats, LINE) | 1) * LINE;
    }
}
