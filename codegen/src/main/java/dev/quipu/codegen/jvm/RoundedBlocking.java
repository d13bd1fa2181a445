package dev.quipu.codegen.jvm;

import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.dsl.DType;

/**
 * How a product of bf16 is cut into pieces, by shapes alone. A library packs the right factor of a piece for itself, so pieces
 * are large; but what an epilogue takes has to stay in the second-level cache. Pieces are tall where the left factor is read as
 * it lies. A transposed left factor is turned for each piece too: then pieces are as wide as they are tall.
 *
 * <p>Of a product of few tokens with a weight the library computes the transposed one, with rows of the weight as its rows, as
 * {@link MatrixBlocking} has it: it packs the tokens. So it does with each weight of int8, whose rows are widened before.
 *
 * @param swaps whether the library computes the transposed product
 * @param rowsOfPart the library's rows: of the weight where factors change sides
 * @param columnsOfPart the library's columns
 */
record RoundedBlocking(MatrixProduct product, boolean swaps, int rowsOfPart, int columnsOfPart) {
    /** Half of a small second-level cache, in floats. */
    private static final int MOST_KEPT = 128 * 1024;

    /** Measured: with more rows and fewer columns products are a third faster than the other way round. */
    private static final int MOST_ROWS = 512;

    private static final int MOST_COLUMNS = 288;

    /** Of both where the left factor is transposed. Measured: half of this takes a third longer. */
    private static final int MOST_OF_TURNED = 384;

    /** Of rows where factors change sides. Measured: 128 to 512 are alike. */
    private static final int MOST_SWAPPED_ROWS = 256;

    /** As above, of so few columns that the library's rows come from memory as it multiplies. Measured: more take a fifth longer. */
    private static final int MOST_ROWS_OF_FEW = 64;

    private static final int FEW_COLUMNS = 16;

    private static final int FEWEST_PARTS = 4;

    /** As above where the left factor is transposed. */
    private static final int FEWEST_OF_TURNED = 2;

    /** Rows of a matrix unit's tiles, of which two go together. */
    private static final int UNIT = 32;

    /** @param keeps whether pieces go to an epilogue; else the library writes them to their places, if it can */
    static RoundedBlocking of(MatrixProduct product, boolean keeps) {
        boolean swaps = MatrixBlocking.swaps(product) || widens(product);
        int allRows = swaps ? product.columns() : product.rows();
        int allColumns = swaps ? product.rows() : product.columns();
        boolean turned = product.transposeLeft();
        boolean few = keeps || turned || swaps;
        int groups = few ? Math.ceilDiv(allColumns, turned ? MOST_OF_TURNED : MOST_COLUMNS) : 1;
        int columns = share(allColumns, groups);
        int swapped = columns > FEW_COLUMNS ? MOST_SWAPPED_ROWS : MOST_ROWS_OF_FEW;
        int rows = turned ? MOST_OF_TURNED : swaps ? swapped : MOST_ROWS;
        int most = keeps || swaps ? Math.min(rows, MOST_KEPT / columns) : rows;
        int others = Math.multiplyExact(groups, product.batch());
        int fewest = turned ? FEWEST_OF_TURNED : FEWEST_PARTS;
        int wanted = Math.min(Math.ceilDiv(fewest, others), Math.ceilDiv(allRows, UNIT));
        int chunks = Math.max(Math.ceilDiv(allRows, most), wanted);
        boolean uneven = chunks > 1 && chunks * others % 2 != 0; // two workers would not end together
        return new RoundedBlocking(product, swaps, share(allRows, uneven ? chunks + 1 : chunks), columns);
    }

    private static boolean widens(MatrixProduct product) {
        return product.buffers().get(1).dtype() == DType.INT8;
    }

    /** An equal share in whole units. */
    private static int share(int all, int among) {
        return Math.min(all, Math.ceilDiv(Math.ceilDiv(all, among), UNIT) * UNIT);
    }

    /** Whether the library's left factor is widened before. */
    boolean widens() {
        return widens(product);
    }

    /** The factor whose lines are the library's rows. */
    MatrixFactor left() {
        return swaps ? MatrixFactor.ofColumns(product) : MatrixFactor.ofRows(product);
    }

    /** The factor whose lines are the library's columns. */
    MatrixFactor right() {
        return swaps ? MatrixFactor.ofRows(product) : MatrixFactor.ofColumns(product);
    }

    /** Parts that share the columns. */
    int chunks() {
        return Math.ceilDiv(left().lines(), rowsOfPart);
    }

    /** Parts that share the rows. */
    int groups() {
        return Math.ceilDiv(right().lines(), columnsOfPart);
    }

    int parts() {
        return Math.multiplyExact(product.batch(), Math.multiplyExact(chunks(), groups()));
    }

    /** Rows of the last part of a product, where it has fewer; else 0. */
    int lastRows() {
        return left().lines() % rowsOfPart;
    }

    /** As {@link #lastRows}. */
    int lastColumns() {
        return right().lines() % columnsOfPart;
    }

    /** Floats from row to row of what a part keeps; rows do not lie at powers of two, which would share a cache's set. */
    int keptRow() {
        return row(columnsOfPart);
    }

    /** As {@link #keptRow}, of what a part keeps when it is turned. */
    int turnedRow() {
        return row(rowsOfPart);
    }

    private int row(int elements) {
        return (swaps ? Math.ceilDiv(elements, UNIT) * UNIT : elements) + UNIT / 2;
    }

    /** Rows of what a part keeps: where they are turned, whole vectors of them. */
    int keptRows() {
        return swaps ? Math.ceilDiv(rowsOfPart, UNIT) * UNIT : rowsOfPart;
    }

    /** As {@link #keptRows}, of what a part keeps when it is turned. */
    int turnedRows() {
        return Math.ceilDiv(columnsOfPart, UNIT) * UNIT;
    }
}
