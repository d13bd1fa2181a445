package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;

/**
 * How an {@link OuterProduct} is cut. All of it follows from shapes, so that results do not depend on workers.
 *
 * @param depth steps of a block; the last may have fewer
 * @param rowPanelsOfPart groups of {@link TileLibrary#rows()} rows that a part multiplies
 * @param columnPanelsOfPart with so many groups of {@link TileLibrary#columns()} columns
 */
record OuterBlocking(
        MatrixProduct product, TileLibrary library, int depth, int rowPanelsOfPart, int columnPanelsOfPart) {
    /** With more, what a part reads leaves the second-level cache; with less, sums are read and written too often. */
    private static final int MOST_DEPTH = 512;

    private static final int PARTS = 16;
    private static final int FEWEST_ROW_PANELS = 3;
    private static final int MOST_ROW_PANELS = 8;
    private static final int FEWEST_COLUMN_PANELS = 4;

    static OuterBlocking of(MatrixProduct product, TileLibrary library) {
        int blocks = Math.ceilDiv(product.depth(), MOST_DEPTH);
        int rowPanels = Math.ceilDiv(product.rows(), library.rows());
        int rowPanelsOfPart = Math.min(rowPanels, Math.clamp(rowPanels / PARTS, FEWEST_ROW_PANELS, MOST_ROW_PANELS));
        int chunks = Math.ceilDiv(rowPanels, rowPanelsOfPart);
        int columnPanels = Math.ceilDiv(product.columns(), library.columns());
        int groups = Math.clamp(Math.ceilDiv(PARTS, chunks), 1, Math.max(1, columnPanels / FEWEST_COLUMN_PANELS));
        return new OuterBlocking(
                product,
                library,
                Math.ceilDiv(product.depth(), blocks),
                rowPanelsOfPart,
                Math.ceilDiv(columnPanels, groups));
    }

    int depthBlocks() {
        return Math.ceilDiv(product.depth(), depth);
    }

    /** Of a block of the larger factor. */
    long mostBytes() {
        return (long) depth * Math.max(product.rows(), product.columns()) * Float.BYTES;
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
}
