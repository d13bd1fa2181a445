package dev.quipu.codegen.gpu;

import static dev.quipu.codegen.gpu.GpuForms.divide;
import static dev.quipu.codegen.gpu.GpuForms.min;
import static dev.quipu.codegen.gpu.GpuForms.remainder;
import static dev.quipu.codegen.gpu.GpuForms.store;
import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.Matrix;
import dev.quipu.codegen.kernel.Value.MatrixOperator;
import java.util.List;

/**
 * A large matrix of bf16 in local memory, cut into the small ones that a matrix unit loads: a row of small matrices after the
 * other, each of them row by row, in pairs of neighbours in a row.
 *
 * @param array WORDS
 * @param columns of the large matrix
 * @param width columns of a small one: {@link Matrix#DEPTH} for left, {@link Matrix#COLUMNS} for right matrices
 */
record MatrixWords(Value.Variable array, int columns, int width) {
    /** Rows of small matrices of both kinds. */
    private static final int HEIGHT = 16;

    static MatrixWords left(Value.Variable array, int columns) {
        return new MatrixWords(array, columns, Matrix.DEPTH);
    }

    static MatrixWords right(Value.Variable array, int columns) {
        return new MatrixWords(array, columns, Matrix.COLUMNS);
    }

    static Value.Variable allocate(Emitter body, String name, int words) {
        Value.Variable array = new Value.Variable(body.fresh(name), KernelType.WORDS);
        body.add(new Statement.Allocate(array, Statement.Sharing.GROUP, words));
        return array;
    }

    /** The word of a row's pair. */
    Value place(Value row, Value pair) {
        int pairs = width / 2;
        Value band = times(divide(row, HEIGHT), columns / width);
        Value small = times(plus(band, divide(pair, pairs)), (long) HEIGHT * pairs);
        return plus(plus(small, times(remainder(row, HEIGHT), pairs)), remainder(pair, pairs));
    }

    /**
     * A small matrix.
     *
     * @param band number of its rows' band
     * @param across its number in the band
     */
    Value load(Value band, Value across) {
        int bytes = Short.BYTES * HEIGHT * width;
        Value number = plus(times(band, columns / width), across);
        MatrixOperator operator = width == Matrix.DEPTH ? MatrixOperator.LOAD_LEFT : MatrixOperator.LOAD_RIGHT;
        return new Matrix(operator, List.of(array, times(number, bytes)));
    }

    /**
     * Fills the matrix with rows of a buffer; those behind the last are the last.
     *
     * @param items work-items of the group
     * @param at element at which the first row begins
     * @param step elements from one row to the next
     * @param last number of the last row that is there
     */
    void load(Emitter body, Value item, int items, int rows, RowSource source, Value at, int step, Value last) {
        int pairs = columns / 2;
        each(body, item, items, rows * pairs, (loop, number) -> {
            Value.Variable row = loop.let("row", divide(number, pairs));
            Value.Variable pair = loop.let("pair", remainder(number, pairs));
            Value.Variable from = loop.let("from", plus(plus(at, times(min(row, last), step)), times(pair, 2)));
            store(loop, array, place(row, pair), new Value.Pair(source.at(from), source.at(plus(from, 1))));
        });
    }

    /** As {@link #load(Emitter, Value, int, int, RowSource, Value, int, Value)}, with the buffer's rows as columns. */
    void loadTurned(Emitter body, Value item, int items, int rows, RowSource source, Value at, int step, Value last) {
        each(body, item, items, rows * columns / 2, (loop, number) -> {
            Value.Variable row = loop.let("row", remainder(number, rows));
            Value.Variable pair = loop.let("pair", divide(number, rows));
            Value.Variable low = loop.let("low", min(times(pair, 2), last));
            Value.Variable high = loop.let("high", min(plus(times(pair, 2), 1), last));
            Value.Variable from = loop.let("from", plus(at, row));
            Value lowest = source.at(plus(from, times(low, step)));
            Value highest = source.at(plus(from, times(high, step)));
            store(loop, array, place(row, pair), new Value.Pair(lowest, highest));
        });
    }

    private static void each(Emitter body, Value item, int items, int words, Emitter.LoopBody what) {
        if (words % items != 0) {
            throw new AssertionError(words + " words by " + items + " work-items");
        }
        body.loop(
                "turn",
                integer(0),
                integer(words / items),
                1,
                (loop, turn) -> what.emit(loop, loop.let("number", plus(item, times(turn, items)))));
    }

    /** The element of a number. */
    @FunctionalInterface
    interface RowSource {
        Value at(Value index);
    }
}
