package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;

/**
 * How a product of bf16 is cut into parts, by shapes alone. A library packs the factors of a part for itself, so parts are
 * large; but what an epilogue takes has to stay in the second-level cache.
 */
record RoundedBlocking(MatrixProduct product, int rowsOfPart, int columnsOfPart) {
    /** Half of a small second-level cache, in floats. */
    private static final int MOST_KEPT = 128 * 1024;

    private static final int MOST_COLUMNS = 1024;

    /** Packing the right factor is a small part of multiplying it with so many rows. */
    private static final int ROWS = 128;

    /** Enough for some workers to end together. */
    private static final int PARTS = 8;

    /** Rows of a matrix unit's tile, and floats of a vector. */
    private static final int UNIT = 16;

    /** @param keeps whether parts go to an epilogue; else the library writes them to their places */
    static RoundedBlocking of(MatrixProduct product, boolean keeps) {
        int groups = keeps ? Math.ceilDiv(product.columns(), MOST_COLUMNS) : 1;
        int columns = share(product.columns(), groups);
        int most = keeps ? MOST_KEPT / columns : product.rows();
        int least = Math.ceilDiv(product.rows(), Math.max(UNIT, most));
        int wanted = Math.ceilDiv(PARTS, Math.multiplyExact(groups, product.batch()));
        int chunks = Math.max(least, Math.min(wanted, Math.ceilDiv(product.rows(), ROWS)));
        return new RoundedBlocking(product, share(product.rows(), chunks), columns);
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
        return columnsOfPart + UNIT;
    }
}
