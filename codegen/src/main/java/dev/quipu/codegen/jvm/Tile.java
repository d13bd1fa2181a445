package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
import static dev.quipu.codegen.kernel.Emitter.times;
import static dev.quipu.codegen.kernel.Emitter.toLong;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * The inner loop of matrix products.
 *
 * <p>Its form is measured: numbers of the left panel come from an array, because scalar reads of a segment exhaust C2's
 * inlining budget and then spill all accumulators; the loop variable is an int; 12 rows of two vectors are well under C2's
 * limit of nodes (about 100 vector operations).
 *
 * @param rows 1 to {@link TileLibrary#rows()}
 * @param width how many of the columns exist
 * @param strided the right matrix is read where it lies, else a packed panel
 * @param accumulate adds to what is in c, else writes
 */
record Tile(TileLibrary library, int rows, int width, boolean strided, boolean accumulate) {
    private static final Value.Variable LEFT = new Value.Variable("a", KernelType.ARRAY);
    private static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.INT);
    private static final Value.Variable RIGHT = new Value.Variable("b", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    private static final Value.Variable RIGHT_STRIDE = new Value.Variable("bStride", KernelType.INT);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);
    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    private static final Value.Variable LEFT_AT = new Value.Variable("ap", KernelType.INT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("bp", KernelType.LONG);
    private static final Value.Variable PRODUCT_AT = new Value.Variable("cp", KernelType.LONG);

    Tile {
        if (rows < 1 || rows > library.rows() || width < 1 || width > library.columns()) {
            throw new AssertionError("no tile of " + rows + " x " + width);
        }
    }

    Method method(String name) {
        List<Statement> body = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors(); j++) {
                body.add(new Statement.Declare(sum(row, j), Emitter.number(0, library.lanes())));
            }
        }
        body.add(new Statement.For(STEP, integer(0), DEPTH, 1, step()));
        body.add(new Statement.Declare(PRODUCT_AT, PRODUCT_OFFSET));
        for (int row = 0; row < rows; row++) {
            if (row > 0) {
                body.add(new Statement.Assign(PRODUCT_AT, plus(PRODUCT_AT, toLong(PRODUCT_STRIDE))));
            }
            store(row, body);
        }
        return new Method(name, comment(), parameters(), body);
    }

    private String comment() {
        return rows + " rows x " + width + " columns of a product, " + (accumulate ? "added to" : "written to") + " c.";
    }

    private List<Value.Variable> parameters() {
        List<Value.Variable> parameters = new ArrayList<>(List.of(LEFT, LEFT_OFFSET, RIGHT, RIGHT_OFFSET));
        if (strided) {
            parameters.add(RIGHT_STRIDE);
        }
        parameters.addAll(List.of(PRODUCT, PRODUCT_OFFSET, PRODUCT_STRIDE, DEPTH));
        return parameters;
    }

    private List<Statement> step() {
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(LEFT_AT, plus(LEFT_OFFSET, times(STEP, library.rows()))));
        Value steps = strided
                ? times(toLong(STEP), toLong(RIGHT_STRIDE))
                : toLong(times(STEP, (long) library.columns() * Float.BYTES));
        body.add(new Statement.Declare(RIGHT_AT, plus(RIGHT_OFFSET, steps)));
        for (int j = 0; j < vectors(); j++) {
            body.add(new Statement.Declare(right(j), library.load(j, width, RIGHT, RIGHT_AT)));
        }
        for (int row = 0; row < rows; row++) {
            Value number = new Value.Load(KernelType.FLOAT, LEFT, plus(LEFT_AT, row));
            Value.Variable left = new Value.Variable("a" + row, KernelType.floats(library.lanes()));
            body.add(new Statement.Declare(left, new Value.Splat(number, library.lanes())));
            for (int j = 0; j < vectors(); j++) {
                body.add(new Statement.Assign(sum(row, j), new Value.Fma(left, right(j), sum(row, j))));
            }
        }
        return body;
    }

    private void store(int row, List<Statement> body) {
        for (int j = 0; j < vectors(); j++) {
            Value value = accumulate ? plus(library.load(j, width, PRODUCT, PRODUCT_AT), sum(row, j)) : sum(row, j);
            Value address = plus(PRODUCT_AT, (long) j * library.lanes() * Float.BYTES);
            body.add(new Statement.Store(PRODUCT, address, value, library.active(j, width)));
        }
    }

    private int vectors() {
        return Math.ceilDiv(width, library.lanes());
    }

    private Value.Variable sum(int row, int j) {
        return new Value.Variable("c" + row + "_" + j, KernelType.floats(library.lanes()));
    }

    private Value.Variable right(int j) {
        return new Value.Variable("b" + j, KernelType.floats(library.lanes()));
    }
}
