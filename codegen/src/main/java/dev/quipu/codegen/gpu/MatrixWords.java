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
import java.util.Optional;

/**
 * A large matrix of bf16 in local memory, cut into the small ones that a matrix unit loads: a row of small matrices after the
 * other, each of them row by row, in pairs of neighbours in a row.
 *
 * @param array WORDS
 * @param first number of the matrix's first word
 * @param columns of the large matrix
 * @param width columns of a small one: {@link Matrix#DEPTH} for left, {@link Matrix#COLUMNS} for right matrices
 */
record MatrixWords(Value.Variable array, int first, int columns, int width) {
    /** Rows of small matrices of both kinds. */
    private static final int HEIGHT = 16;

    /** At the beginning of an array. */
    static MatrixWords left(Value.Variable array, int columns) {
        return new MatrixWords(array, 0, columns, Matrix.DEPTH);
    }

    /** At the beginning of an array. */
    static MatrixWords right(Value.Variable array, int columns) {
        return right(array, 0, columns);
    }

    static MatrixWords right(Value.Variable array, int first, int columns) {
        return new MatrixWords(array, first, columns, Matrix.COLUMNS);
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
        return plus(plus(plus(small, times(remainder(row, HEIGHT), pairs)), remainder(pair, pairs)), first);
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
        return new Matrix(operator, List.of(array, plus(times(number, bytes), (long) first * Integer.BYTES)));
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

    /**
     * As {@link #load(Emitter, Value, int, int, RowSource, Value, int, Value)}, with the buffer's rows as columns. An item takes
     * two neighbours of two rows at once. Those of a warp are spread over 8 such pairs of neighbours and 4 of rows, so that few of
     * what they store meet in one bank, and what they load lies together.
     *
     * @param rows of the matrix, a multiple of 16: numbers of a row of the buffer
     * @param straight a matrix that is filled with the same, unturned
     */
    void loadTurned(
            Emitter body,
            Value item,
            int items,
            int rows,
            RowSource source,
            Value at,
            int step,
            Value last,
            Optional<MatrixWords> straight) {
        each(body, item, items, rows * columns / 4, (loop, number) -> {
            Value rest = loop.let("rest", divide(number, 32));
            Value across = plus(times(remainder(rest, rows / 16), 8), remainder(number, 8));
            Value down = plus(times(divide(rest, rows / 16), 4), remainder(divide(number, 8), 4));
            Value.Variable row = loop.let("row", times(across, 2));
            Value.Variable column = loop.let("column", times(down, 2));
            Value low = plus(plus(at, times(min(column, last), step)), row);
            Value high = plus(plus(at, times(min(plus(column, 1), last), step)), row);
            Value.Variable here = loop.let("here", low);
            Value.Variable next = loop.let("next", high);
            Value left = new Value.Pair(source.at(here), source.at(next));
            Value right = new Value.Pair(source.at(plus(here, 1)), source.at(plus(next, 1)));
            Value.Variable turned = loop.let("turned", left);
            Value.Variable turnedNext = loop.let("turnedNext", right);
            straight.ifPresent(matrix -> {
                Value upper = new Value.Pair(source.at(here), source.at(plus(here, 1)));
                Value lower = new Value.Pair(source.at(next), source.at(plus(next, 1)));
                Value.Variable kept = loop.let("kept", upper);
                Value.Variable keptNext = loop.let("keptNext", lower);
                store(loop, matrix.array, matrix.place(column, across), kept);
                store(loop, matrix.array, matrix.place(plus(column, 1), across), keptNext);
            });
            store(loop, array, place(row, down), turned);
            store(loop, array, place(plus(row, 1), down), turnedNext);
        });
    }

    /** In a loop from item to item, which no compiler unrolls as a whole: that costs the registers which sums need. */
    private static void each(Emitter body, Value item, int items, int count, Emitter.LoopBody what) {
        body.loop("number", item, integer(count), items, what);
    }

    /** The element of a number. */
    @FunctionalInterface
    interface RowSource {
        Value at(Value index);
    }
}
