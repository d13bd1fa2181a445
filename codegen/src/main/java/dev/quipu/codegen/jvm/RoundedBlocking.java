package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;

/**
 * How a product of bf16 is cut into pieces, by shapes alone. A library packs the right factor of a piece for itself, so pieces
 * are large; but what an epilogue takes has to stay in the second-level cache. Pieces are tall where the left factor is read as
 * it lies. A transposed left factor is turned for each piece too: then pieces are as wide as they are tall.
 */
record RoundedBlocking(MatrixProduct product, int rowsOfPart, int columnsOfPart) {
    /** Half of a small second-level cache, in floats. */
    private static final int MOST_KEPT = 128 * 1024;

    /** Measured: with more rows and fewer columns products are a third faster than the other way round. */
    private static final int MOST_ROWS = 512;

    private static final int MOST_COLUMNS = 288;

    /** Of both where the left factor is transposed. Measured: half of this takes a third longer. */
    private static final int MOST_OF_TURNED = 384;

    private static final int FEWEST_PARTS = 4;

    /** As above where the left factor is transposed. */
    private static final int FEWEST_OF_TURNED = 2;

    /** Rows of a matrix unit's tiles, of which two go together. */
    private static final int UNIT = 32;

    /** @param keeps whether pieces go to an epilogue; else the library writes them to their places */
    static RoundedBlocking of(MatrixProduct product, boolean keeps) {
        boolean turned = product.transposeLeft();
        int mostColumns = turned ? MOST_OF_TURNED : MOST_COLUMNS;
        int groups = keeps || turned ? Math.ceilDiv(product.columns(), mostColumns) : 1;
        int columns = share(product.columns(), groups);
        int rows = turned ? MOST_OF_TURNED : MOST_ROWS;
        int most = keeps ? Math.min(rows, MOST_KEPT / columns) : rows;
        int others = Math.multiplyExact(groups, product.batch());
        int fewest = turned ? FEWEST_OF_TURNED : FEWEST_PARTS;
        int wanted = Math.min(Math.ceilDiv(fewest, others), Math.ceilDiv(product.rows(), UNIT));
        int chunks = Math.max(Math.ceilDiv(product.rows(), most), wanted);
        boolean uneven = chunks > 1 && chunks * others % 2 != 0; // two workers would not end together
        return new RoundedBlocking(product, share(product.rows(), uneven ? chunks + 1 : chunks), columns);
    }

    /** An equal share in whole units. */
    private static int share(int all, int among) {
        return Math.min(all, Math.ceilDiv(Math.ceilDiv(all, among), UNIT) * UNIT);
    }

    /** Parts that share the columns. */
    int chunks() {
        return Math.ceilDiv(product.rows(), rowsOfPart);
    }

    /** Parts that share the rows. */
    int groups() {
        return Math.ceilDiv(product.columns(), columnsOfPart);
    }

    int parts() {
        return Math.multiplyExact(product.batch(), Math.multiplyExact(chunks(), groups()));
    }

    /** Rows of the last part of a product, where it has fewer; else 0. */
    int lastRows() {
        return product.rows() % rowsOfPart;
    }

    /** As {@link #lastRows}. */
    int lastColumns() {
        return product.columns() % columnsOfPart;
    }

    /** Floats from row to row of what a part keeps; rows do not lie at powers of two, which would share a cache's set. */
    int keptRow() {
        return columnsOfPart + UNIT / 2;
    }
}
