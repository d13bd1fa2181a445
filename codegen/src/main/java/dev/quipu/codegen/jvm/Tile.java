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
 * inlining budget and then spill all sums; the loop variable is an int. About 90 vector operations are what C1 still
 * compiles (a method that it refuses can stay without optimization forever) and well under C2's limit of nodes.
 *
 * @param packed whether the left numbers are a panel, a step beside the other, else rows as they lie in a matrix
 * @param rows 1 to {@link TileLibrary#rows()}
 * @param add to what is in c. The sums begin at zero even so: to begin with what is there would be more than C1 compiles, and
 *     what C2 makes of it without C1's profile allocates vectors, now and then
 */
record Tile(TileLibrary library, boolean packed, int rows, boolean add) {
    private static final int VECTORS = 2;

    private static final Value.Variable LEFT = new Value.Variable("a", KernelType.ARRAY);
    private static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.INT);
    private static final Value.Variable RIGHT = new Value.Variable("b", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_OFFSET = new Value.Variable("bOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);
    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    private static final Value.Variable LEFT_AT = new Value.Variable("ap", KernelType.INT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("bp", KernelType.LONG);
    private static final Value.Variable PRODUCT_AT = new Value.Variable("cp", KernelType.LONG);

    Tile {
        if (rows < 1 || rows > library.rows()) {
            throw new AssertionError("no tile of " + rows + " rows");
        }
    }

    Method method(String name) {
        String comment = rows + " rows of a product, " + (add ? "added to" : "written to") + " c.";
        return new Method(name, comment, parameters(), body());
    }

    private List<Statement> body() {
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(PRODUCT_AT, PRODUCT_OFFSET));
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < VECTORS; j++) {
                body.add(new Statement.Declare(sum(row, j), Emitter.number(0, library.lanes())));
            }
        }
        body.add(new Statement.For(STEP, integer(0), DEPTH, 1, step()));
        for (int row = 0; row < rows; row++) {
            if (row > 0) {
                body.add(new Statement.Assign(PRODUCT_AT, nextRow()));
            }
            for (int j = 0; j < VECTORS; j++) {
                body.add(new Statement.Store(PRODUCT, productAddress(j), finished(row, j)));
            }
        }
        return body;
    }

    private static List<Value.Variable> parameters() {
        return List.of(LEFT, LEFT_OFFSET, RIGHT, RIGHT_OFFSET, PRODUCT, PRODUCT_OFFSET, PRODUCT_STRIDE, DEPTH);
    }

    private Value finished(int row, int j) {
        return add ? plus(new Value.Load(vector(), PRODUCT, productAddress(j)), sum(row, j)) : sum(row, j);
    }

    private List<Statement> step() {
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(LEFT_AT, plus(LEFT_OFFSET, times(STEP, packed ? library.rows() : 1))));
        Value steps = toLong(times(STEP, (long) library.columns() * Float.BYTES));
        body.add(new Statement.Declare(RIGHT_AT, plus(RIGHT_OFFSET, steps)));
        for (int j = 0; j < VECTORS; j++) {
            Value address = plus(RIGHT_AT, (long) j * library.lanes() * Float.BYTES);
            body.add(new Statement.Declare(right(j), new Value.Load(vector(), RIGHT, address)));
        }
        for (int row = 0; row < rows; row++) {
            int place = packed ? row : row * TileLibrary.LEFT_ROW;
            Value number = new Value.Load(KernelType.FLOAT, LEFT, plus(LEFT_AT, place));
            Value.Variable left = new Value.Variable("a" + row, vector());
            body.add(new Statement.Declare(left, new Value.Splat(number, library.lanes())));
            for (int j = 0; j < VECTORS; j++) {
                body.add(new Statement.Assign(sum(row, j), new Value.Fma(left, right(j), sum(row, j))));
            }
        }
        return body;
    }

    private static Value nextRow() {
        return plus(PRODUCT_AT, toLong(PRODUCT_STRIDE));
    }

    private Value productAddress(int j) {
        return plus(PRODUCT_AT, (long) j * library.lanes() * Float.BYTES);
    }

    private KernelType vector() {
        return KernelType.floats(library.lanes());
    }

    private Value.Variable sum(int row, int j) {
        return new Value.Variable("c" + row + "_" + j, vector());
    }

    private Value.Variable right(int j) {
        return new Value.Variable("b" + j, vector());
    }
}
