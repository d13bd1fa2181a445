package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.minus;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The sums of a tile, in registers: {@code sum[row][j] += left[k][row] right[k][j]} for each step {@code k} of the depth, where
 * each left number is spread over a vector.
 *
 * <p>The form of the loop is measured: the left numbers of a step have one address and constants from it, so that C2 checks the
 * bounds of an array's indices once and needs one register for all; those of a segment must have been checked in front
 * ({@link Method.Range}), because what a check needs for each exhausts C2's inlining budget, and then all sums are spilled; the
 * loop variable is an int.
 *
 * @param vectors of a row of the tile
 * @param leftRow from a left number to that of the next row: floats of an array, bytes of a segment
 */
record TileSums(TileLibrary library, int rows, int vectors, Factor left, long leftRow, Factor right) {
    /**
     * Where the numbers of a factor lie.
     *
     * @param first address of those of the first step
     * @param step from there to those of the next one
     */
    record Factor(Value.Variable memory, Value.Variable first, Value step) {
        Value at(Value number) {
            Value far = times(number, step);
            return plus(first, first.type().equals(KernelType.LONG) ? toLong(far) : far);
        }
    }

    static final Value.Variable LEFT = new Value.Variable("a", KernelType.ARRAY);
    static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.INT);
    static final Value.Variable RIGHT = new Value.Variable("b", KernelType.SEGMENT);
    static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    static final Value.Variable RIGHT_PLACE = new Value.Variable("bPlace", KernelType.LONG);
    static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("bp", KernelType.LONG);

    /** Where the numbers of an array and the right vectors begin. */
    static List<Value.Variable> factors() {
        return List.of(LEFT, LEFT_OFFSET, RIGHT, RIGHT_OFFSET);
    }

    /**
     * Sums whose left numbers are in an array.
     *
     * @param leftStep floats from a left number to that of the next step
     * @param leftRow floats from a left number to that of the next row
     * @param rightStep bytes from the right vectors to those of the next step
     */
    static TileSums ofArray(TileLibrary library, int rows, int vectors, int leftStep, int leftRow, Value rightStep) {
        Factor left = new Factor(LEFT, LEFT_OFFSET, integer(leftStep));
        return new TileSums(library, rows, vectors, left, leftRow, new Factor(RIGHT, RIGHT_PLACE, rightStep));
    }

    /** All right vectors, which have no bounds in the loop. */
    Method.Range rightRange() {
        return range(right, RIGHT_OFFSET, (long) vectors * library.lanes() * Float.BYTES);
    }

    /**
     * All that is read of a factor.
     *
     * @param bytes of a step
     */
    static Method.Range range(Factor factor, Value offset, long bytes) {
        Value steps = toLong(times(minus(DEPTH, integer(1)), factor.step()));
        return new Method.Range(factor.memory(), offset, plus(steps, bytes), factor.first());
    }

    /** Begins at zero and adds all steps. */
    List<Statement> statements() {
        List<Statement> statements = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors; j++) {
                statements.add(new Statement.Declare(sum(row, j), number(0, library.lanes())));
            }
        }
        statements.add(new Statement.For(STEP, integer(0), DEPTH, 1, step()));
        return statements;
    }

    private List<Statement> step() {
        List<Statement> body = new ArrayList<>();
        Value.Variable leftAt = new Value.Variable("ap", left.first().type());
        body.add(new Statement.Declare(leftAt, left.at(STEP)));
        body.add(new Statement.Declare(RIGHT_AT, right.at(STEP)));
        for (int j = 0; j < vectors; j++) {
            Value address = plus(RIGHT_AT, (long) j * library.lanes() * Float.BYTES);
            body.add(new Statement.Declare(rightVector(j), new Value.Load(vector(), right.memory(), address)));
        }
        for (int row = 0; row < rows; row++) {
            Value one = new Value.Load(KernelType.FLOAT, left.memory(), plus(leftAt, row * leftRow));
            Value.Variable left = new Value.Variable("a" + row, vector());
            body.add(new Statement.Declare(left, new Value.Splat(one, library.lanes())));
            for (int j = 0; j < vectors; j++) {
                body.add(new Statement.Assign(sum(row, j), new Value.Fma(left, rightVector(j), sum(row, j))));
            }
        }
        return body;
    }

    KernelType vector() {
        return KernelType.floats(library.lanes());
    }

    /** The variable of a sum. */
    Value.Variable sum(int row, int j) {
        return new Value.Variable("c" + row + "_" + j, vector());
    }

    private Value.Variable rightVector(int j) {
        return new Value.Variable("b" + j, vector());
    }
}
