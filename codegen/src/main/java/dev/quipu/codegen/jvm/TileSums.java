package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.number;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The sums of a tile, in registers: {@code sum[row][j] += left[k][row] right[k][j]} for each step {@code k} of the depth, where
 * each left number is spread over a vector.
 *
 * <p>The form of the loop is measured: left numbers come from an array, because scalar reads of a segment exhaust C2's inlining
 * budget and then spill all sums; they have one address and constants from it, so that C2 checks the bounds of a loop's
 * indices once; the loop variable is an int.
 *
 * @param vectors of a row of the tile
 * @param leftStep floats from a left number to that of the next step
 * @param leftRow floats from a left number to that of the next row
 * @param rightStep bytes from the right vectors to those of the next step
 */
record TileSums(TileLibrary library, int rows, int vectors, int leftStep, int leftRow, Value rightStep) {
    static final Value.Variable LEFT = new Value.Variable("a", KernelType.ARRAY);
    static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.INT);
    static final Value.Variable RIGHT = new Value.Variable("b", KernelType.SEGMENT);
    static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    private static final Value.Variable LEFT_AT = new Value.Variable("ap", KernelType.INT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("bp", KernelType.LONG);

    /** Where the left numbers and the right vectors begin, and how deep they are. */
    static List<Value.Variable> factors() {
        return List.of(LEFT, LEFT_OFFSET, RIGHT, RIGHT_OFFSET);
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
        body.add(new Statement.Declare(LEFT_AT, plus(LEFT_OFFSET, times(STEP, leftStep))));
        body.add(new Statement.Declare(RIGHT_AT, plus(RIGHT_OFFSET, toLong(times(STEP, rightStep)))));
        for (int j = 0; j < vectors; j++) {
            Value address = plus(RIGHT_AT, (long) j * library.lanes() * Float.BYTES);
            body.add(new Statement.Declare(right(j), new Value.Load(vector(), RIGHT, address)));
        }
        for (int row = 0; row < rows; row++) {
            Value one = new Value.Load(KernelType.FLOAT, LEFT, plus(LEFT_AT, (long) row * leftRow));
            Value.Variable left = new Value.Variable("a" + row, vector());
            body.add(new Statement.Declare(left, new Value.Splat(one, library.lanes())));
            for (int j = 0; j < vectors; j++) {
                body.add(new Statement.Assign(sum(row, j), new Value.Fma(left, right(j), sum(row, j))));
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

    private Value.Variable right(int j) {
        return new Value.Variable("b" + j, vector());
    }
}
