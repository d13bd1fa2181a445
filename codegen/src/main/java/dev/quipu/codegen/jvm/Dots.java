package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Dot products of a few rows with {@link #COLUMNS} rows of another matrix. Lanes are summed by halves of vectors, the sums of
 * all four columns together.
 *
 * @param rows 1 to {@link #MOST_ROWS}
 * @param tail elements behind the last whole vector of a row
 */
record Dots(TileLibrary library, int rows, int tail) {
    static final int COLUMNS = 4;
    static final int MOST_ROWS = 4;

    private static final Value.Variable LEFT = new Value.Variable("a", KernelType.SEGMENT);
    private static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.LONG);
    private static final Value.Variable RIGHT = new Value.Variable("b", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    private static final Value.Variable STRIDE = new Value.Variable("stride", KernelType.INT);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    Dots {
        if (rows < 1 || rows > MOST_ROWS || tail < 0 || tail >= library.lanes()) {
            throw new AssertionError("no dot products of " + rows + " rows with " + tail + " elements at the end");
        }
    }

    Method method(String name) {
        List<Value.Variable> parameters =
                List.of(LEFT, LEFT_OFFSET, RIGHT, RIGHT_OFFSET, STRIDE, PRODUCT, PRODUCT_OFFSET, PRODUCT_STRIDE, DEPTH);
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        List<Value.Variable> sums = IntStream.range(0, rows * COLUMNS)
                .mapToObj(i -> emitter.let("sum" + i, Emitter.number(0, library.lanes())))
                .toList();
        Value whole = emitter.let("whole", minus(DEPTH, integer(tail)));
        emitter.loop("k", integer(0), whole, library.lanes(), (body, k) -> step(body, sums, k, library.lanes()));
        if (tail > 0) {
            step(emitter, sums, whole, tail);
        }
        for (int row = 0; row < rows; row++) {
            Value total = total(emitter, sums.subList(row * COLUMNS, (row + 1) * COLUMNS));
            Value at = plus(PRODUCT_OFFSET, times(toLong(PRODUCT_STRIDE), row));
            emitter.add(new Statement.Store(PRODUCT, row == 0 ? PRODUCT_OFFSET : at, total, COLUMNS));
        }
        String comment = rows + " rows times " + COLUMNS + " rows, with " + tail + " elements behind whole vectors.";
        return new Method(name, comment, parameters, emitter.statements());
    }

    private void step(Emitter emitter, List<Value.Variable> sums, Value k, int active) {
        Value bytes = emitter.let("bytes", toLong(times(k, Float.BYTES)));
        List<Value> left = rows(emitter, "a", LEFT, plus(LEFT_OFFSET, bytes), rows, active);
        List<Value> right = rows(emitter, "b", RIGHT, plus(RIGHT_OFFSET, bytes), COLUMNS, active);
        for (int i = 0; i < sums.size(); i++) {
            Value product = new Value.Fma(left.get(i / COLUMNS), right.get(i % COLUMNS), sums.get(i));
            emitter.add(new Statement.Assign(sums.get(i), product));
        }
    }

    private List<Value> rows(Emitter emitter, String name, Value memory, Value address, int count, int active) {
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Value at = i == 0 ? address : plus(address, times(toLong(STRIDE), i));
            rows.add(emitter.let(name + i, new Value.Load(KernelType.floats(library.lanes()), memory, at, active)));
        }
        return rows;
    }

    /** The four sums of lanes in the first four lanes. */
    private Value total(Emitter emitter, List<Value.Variable> sums) {
        Value two = folded(emitter, sums.get(0), sums.get(1), 2);
        Value four = folded(emitter, two, folded(emitter, sums.get(2), sums.get(3), 2), 4);
        int lanes = library.lanes();
        int size = lanes / COLUMNS; // neighbours that belong to one column
        for (int half = size / 2; half >= 1; half /= 2) {
            int turn = half;
            four = sum(emitter, four, shuffled(four, four, lane -> (lane + turn) % lanes));
        }
        return size == 1 ? four : emitter.let("first", shuffled(four, four, lane -> lane * size % lanes));
    }

    /**
     * Adds the halves of every column's lanes; the columns of both vectors are then side by side in one.
     *
     * @param columns how many columns the result has
     */
    private Value folded(Emitter emitter, Value first, Value second, int columns) {
        int lanes = library.lanes();
        int size = lanes / columns; // lanes of a column after this
        // the column's lanes before: 2 * size, from its place in the first or the second vector
        Value lower = shuffled(first, second, lane -> lane / size * 2 * size + lane % size);
        Value upper = shuffled(first, second, lane -> lane / size * 2 * size + size + lane % size);
        return sum(emitter, emitter.let("lower", lower), upper);
    }

    private static Value sum(Emitter emitter, Value left, Value right) {
        return emitter.let("half", new Value.Binary(BinaryOperator.ADD, left, right));
    }

    private Value shuffled(Value first, Value second, IntUnaryOperator lane) {
        List<Integer> chosen =
                IntStream.range(0, library.lanes()).map(lane).boxed().toList();
        return new Value.Shuffle(first, second, chosen);
    }
}
