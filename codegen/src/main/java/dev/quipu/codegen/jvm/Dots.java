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
import dev.quipu.dsl.Int8Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Dot products of a few rows with some rows of another matrix, its columns. Lanes are summed by halves of vectors, the sums of
 * several columns together.
 *
 * @param rows 1 to {@link #MOST_ROWS}
 * @param columns 4 or 8
 * @param tail elements behind the last whole {@link #step} of a row
 * @param rounds whether the rows are bf16; the other matrix is then, too
 * @param matrix how the other matrix is stored: SEGMENT, BSEGMENT or ISEGMENT
 */
record Dots(TileLibrary library, int rows, int columns, int tail, boolean rounds, KernelType matrix) {
    static final int FEWEST_COLUMNS = 4;
    private static final int MOST_COLUMNS = 8;
    static final int MOST_ROWS = 4;

    static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.LONG);
    static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    static final Value.Variable STRIDE = new Value.Variable("stride", KernelType.INT);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable PRODUCT_COLUMN = new Value.Variable("cColumn", KernelType.INT);
    static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    Dots {
        boolean known = columns == FEWEST_COLUMNS || columns == MOST_COLUMNS;
        boolean mixed = rounds && !matrix.equals(KernelType.BSEGMENT);
        if (rows < 1 || rows > MOST_ROWS || !known || tail < 0 || tail >= step(matrix, library) || mixed) {
            throw new AssertionError("no dot products of " + rows + " rows with " + columns + " columns and " + tail
                    + " elements at the end");
        }
    }

    /** How many columns are best taken at once: more stretches are read faster, as long as their sums stay in registers. */
    static int columns(int rows, int columns, TileLibrary library) {
        boolean few = rows * MOST_COLUMNS * 2 <= library.registers();
        return few && columns >= MOST_COLUMNS ? MOST_COLUMNS : FEWEST_COLUMNS;
    }

    /** Elements of a row that are taken at once. */
    static int step(KernelType matrix, TileLibrary library) {
        return matrix.equals(KernelType.ISEGMENT) ? Int8Blocks.ELEMENTS : library.lanes();
    }

    /** What both this and {@link Stretches} are given. */
    List<Value.Variable> parameters() {
        return List.of(
                left(),
                LEFT_OFFSET,
                right(),
                RIGHT_OFFSET,
                STRIDE,
                PRODUCT,
                PRODUCT_OFFSET,
                PRODUCT_STRIDE,
                PRODUCT_COLUMN,
                DEPTH);
    }

    Method method(String name) {
        Emitter emitter = new Emitter();
        parameters().forEach(parameter -> emitter.reserve(parameter.name()));
        List<Value.Variable> sums = sums(emitter);
        List<Value> leftRows = leftRows(emitter, LEFT_OFFSET);
        if (matrix.equals(KernelType.ISEGMENT)) {
            new BlockDots(this, sums, leftRows).all(emitter);
        } else {
            steps(emitter, sums, leftRows);
        }
        storeTotals(emitter, sums, PRODUCT_OFFSET);
        String comment = rows + " rows times " + columns + " rows, with " + tail + " elements behind whole vectors.";
        return new Method(name, comment, parameters(), emitter.statements());
    }

    /** A vector for each row and column, zero. */
    List<Value.Variable> sums(Emitter emitter) {
        return IntStream.range(0, rows * columns)
                .mapToObj(i -> emitter.let("sum" + i, Emitter.number(0, library.lanes())))
                .toList();
    }

    /** Where the rows begin, of which the first one is known. */
    List<Value> leftRows(Emitter emitter, Value first) {
        return bases(emitter, "a", first, toLong(DEPTH), Float.BYTES, rows);
    }

    /** Sums that are complete, each to its place. */
    void storeTotals(Emitter emitter, List<Value.Variable> sums, Value offset) {
        // a vector holds the totals of no more columns than it has lanes
        int together = Math.min(columns, library.lanes());
        for (int row = 0; row < rows; row++) {
            Value at = row == 0 ? offset : plus(offset, times(toLong(PRODUCT_STRIDE), row));
            for (int first = 0; first < columns; first += together) {
                int from = row * columns + first;
                store(emitter, total(emitter, sums.subList(from, from + together)), at, first, together);
            }
        }
    }

    private void store(Emitter emitter, Value total, Value row, int first, int count) {
        for (int i = 0; i < count; i++) {
            int column = first + i;
            Value to = column == 0 ? row : plus(row, times(toLong(PRODUCT_COLUMN), column));
            emitter.add(new Statement.Store(PRODUCT, to, lane(emitter, total, i * library.lanes() / count)));
        }
    }

    Value.Variable left() {
        return new Value.Variable("a", rounds ? KernelType.BSEGMENT : KernelType.SEGMENT);
    }

    Value.Variable right() {
        return new Value.Variable("b", matrix);
    }

    /** How far into a row the left and the right matrix are read. */
    record Bytes(Value left, Value right) {}

    private Bytes bytes(Emitter emitter, Value k) {
        Value bytes = times(toLong(k), (long) Float.BYTES);
        // of numbers in bf16 half of that is printed, which is no shift as long as the factor can be seen
        return new Bytes(rounds ? bytes : emitter.let("bytes", bytes), bytes);
    }

    private void steps(Emitter emitter, List<Value.Variable> sums, List<Value> leftRows) {
        List<Value> rightRows = rightRows(emitter, RIGHT_OFFSET);
        Value whole = emitter.let("whole", minus(DEPTH, integer(tail)));
        emitter.loop(
                "k",
                integer(0),
                whole,
                library.lanes(),
                (body, k) -> step(body, sums, leftRows, rightRows, bytes(body, k), library.lanes()));
        if (tail > 0) {
            step(emitter, sums, leftRows, rightRows, bytes(emitter, whole), tail);
        }
    }

    /** Where the columns begin, of which the first one is known. */
    List<Value> rightRows(Emitter emitter, Value first) {
        return bases(emitter, "b", first, toLong(STRIDE), 1, columns);
    }

    /**
     * Where some rows begin, each by itself: with one base, one loop variable and constants an address is known to be inside.
     */
    List<Value> bases(Emitter emitter, String name, Value first, Value stride, long unit, int count) {
        List<Value> bases = new ArrayList<>(List.of(first));
        for (int i = 1; i < count; i++) {
            bases.add(emitter.let(name + "Row" + i, plus(first, times(stride, i * unit))));
        }
        return bases;
    }

    void step(
            Emitter emitter,
            List<Value.Variable> sums,
            List<Value> leftRows,
            List<Value> rightRows,
            Bytes bytes,
            int active) {
        List<Value> left = loads(emitter, "a", left(), leftRows, bytes.left(), active);
        List<Value> right = loads(emitter, "b", right(), rightRows, bytes.right(), active);
        for (int i = 0; i < sums.size(); i++) {
            Value product = new Value.Fma(left.get(i / columns), right.get(i % columns), sums.get(i));
            emitter.add(new Statement.Assign(sums.get(i), product));
        }
    }

    List<Value> loads(Emitter emitter, String name, Value memory, List<Value> rows, Value bytes, int active) {
        List<Value> loaded = new ArrayList<>();
        for (Value row : rows) {
            Value load = new Value.Load(KernelType.floats(library.lanes()), memory, plus(row, bytes), active);
            loaded.add(emitter.let(name + loaded.size(), load));
        }
        return loaded;
    }

    private Value lane(Emitter emitter, Value vector, int number) {
        int lanes = library.lanes();
        Value moved = number == 0 ? vector : shuffled(vector, vector, lane -> (lane + number) % lanes);
        return emitter.let("column", new Value.FirstLane(moved));
    }

    /** The sums of lanes of a power of two of vectors, each in its share of the lanes. */
    private Value total(Emitter emitter, List<Value.Variable> sums) {
        List<Value> left = List.copyOf(sums);
        for (int count = 2; left.size() > 1; count *= 2) {
            List<Value> folded = new ArrayList<>();
            for (int i = 0; i < left.size(); i += 2) {
                folded.add(folded(emitter, left.get(i), left.get(i + 1), count));
            }
            left = folded;
        }
        Value total = left.getFirst();
        int lanes = library.lanes();
        int size = lanes / sums.size(); // neighbours that belong to one column
        for (int half = size / 2; half >= 1; half /= 2) {
            int turn = half;
            total = sum(emitter, total, shuffled(total, total, lane -> (lane + turn) % lanes));
        }
        return total;
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
