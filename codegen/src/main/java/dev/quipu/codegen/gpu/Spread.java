package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.less;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;

/**
 * A rectangle of numbers spread over the work-items of a group. Neighbours among the items have neighbouring columns, so that
 * together they touch memory side by side: item i begins in row {@code i / across} and column {@code i % across} and has every
 * {@code down}-th row and {@code across}-th column from there.
 *
 * @param row first row of an item
 * @param column first column of an item
 * @param rows how many rows an item has
 * @param columns how many columns an item has
 */
record Spread(Value row, Value column, int down, int across, int rows, int columns) {
    /**
     * Spreads a rectangle.
     *
     * @param height a multiple of {@code items / across}
     * @param width a multiple of {@code across}
     */
    static Spread of(
            Emitter body, String row, String column, Value item, int items, int across, int height, int width) {
        int down = items / across;
        if (items % across != 0 || height % down != 0 || width % across != 0) {
            throw new AssertionError(height + " x " + width + " over " + items + " items, " + across + " across");
        }
        return new Spread(
                body.let(row, divide(item, across)),
                body.let(column, remainder(item, across)),
                down,
                across,
                height / down,
                width / across);
    }

    /** The same items over a rectangle of another height. */
    Spread ofHeight(int height) {
        if (height % down != 0) {
            throw new AssertionError(height + " rows, " + down + " at once");
        }
        return new Spread(row, column, down, across, height / down, columns);
    }

    /** Row number i of an item. */
    Value row(int i) {
        return plus(row, (long) i * down);
    }

    /** Column number j of an item. */
    Value column(int j) {
        return plus(column, (long) j * across);
    }

    /** Stores a row of an item, without the columns that are not there. */
    void store(Emitter body, int width, ColumnStore store) {
        for (int j = 0; j < columns; j++) {
            int number = j;
            if ((j + 1) * across <= width) {
                body.add(store.of(column(j), j));
            } else {
                body.when(less(column(j), integer(width)), inner -> inner.add(store.of(column(number), number)));
            }
        }
    }

    /** The statement that stores an item's number j, which is in a column. */
    @FunctionalInterface
    interface ColumnStore {
        Statement of(Value column, int j);
    }
}
