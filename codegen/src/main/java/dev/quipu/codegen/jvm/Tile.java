package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
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
 * The inner loop of matrix products. About 90 vector operations are what C1 still compiles (a method that it refuses can stay
 * without optimization forever) and well under C2's limit of nodes.
 *
 * @param rows 1 to {@link TileLibrary#rows()}
 */
record Tile(TileLibrary library, Left left, int rows) {
    /** How the left numbers lie; the right ones are a panel, except for those of {@link #MATRIX}. */
    enum Left {
        /** A panel: those of a step side by side. */
        PANEL,
        /** Rows, copied. */
        ROWS,
        /** As in a panel, but where both factors lie in memory, with a step from row to row. */
        MATRIX
    }

    private static final int VECTORS = 2;

    private static final Value.Variable LEFT = new Value.Variable("a", KernelType.SEGMENT);
    private static final Value.Variable LEFT_OFFSET = new Value.Variable("aOffset", KernelType.LONG);
    private static final Value.Variable LEFT_STEP = new Value.Variable("aStep", KernelType.INT);
    private static final Value.Variable LEFT_PLACE = new Value.Variable("aPlace", KernelType.LONG);
    private static final Value.Variable RIGHT_STEP = new Value.Variable("bStep", KernelType.INT);
    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable PRODUCT_PLACE = new Value.Variable("cPlace", KernelType.LONG);
    private static final Value.Variable PRODUCT_AT = new Value.Variable("cp", KernelType.LONG);

    Tile {
        if (rows < 1 || rows > library.rows()) {
            throw new AssertionError("no tile of " + rows + " rows");
        }
    }

    Method method(String name) {
        List<Value.Variable> parameters = new ArrayList<>(
                left == Left.MATRIX
                        ? List.of(LEFT, LEFT_OFFSET, LEFT_STEP, TileSums.RIGHT, TileSums.RIGHT_OFFSET, RIGHT_STEP)
                        : TileSums.factors());
        parameters.addAll(List.of(PRODUCT, PRODUCT_OFFSET, PRODUCT_STRIDE, TileSums.DEPTH));
        TileSums sums = sums();
        return new Method(name, rows + " rows of a product.", parameters, ranges(sums), body(sums));
    }

    private TileSums sums() {
        Value panelStep = integer((long) library.columns() * Float.BYTES);
        return switch (left) {
            case PANEL -> TileSums.ofArray(library, rows, VECTORS, library.rows(), 1, panelStep);
            case ROWS -> TileSums.ofArray(library, rows, VECTORS, 1, TileLibrary.LEFT_ROW, panelStep);
            case MATRIX ->
                new TileSums(
                        library,
                        rows,
                        VECTORS,
                        new TileSums.Factor(LEFT, LEFT_PLACE, LEFT_STEP),
                        Float.BYTES,
                        new TileSums.Factor(TileSums.RIGHT, TileSums.RIGHT_PLACE, RIGHT_STEP));
        };
    }

    private List<Method.Range> ranges(TileSums sums) {
        List<Method.Range> ranges = new ArrayList<>();
        if (left == Left.MATRIX) {
            ranges.add(TileSums.range(sums.left(), LEFT_OFFSET, (long) rows * Float.BYTES));
        }
        ranges.add(sums.rightRange());
        Value written = plus(toLong(times(PRODUCT_STRIDE, rows - 1L)), (long) library.columns() * Float.BYTES);
        ranges.add(new Method.Range(PRODUCT, PRODUCT_OFFSET, written, PRODUCT_PLACE));
        return ranges;
    }

    private List<Statement> body(TileSums sums) {
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(PRODUCT_AT, PRODUCT_PLACE));
        body.addAll(sums.statements());
        for (int row = 0; row < rows; row++) {
            if (row > 0) {
                body.add(new Statement.Assign(PRODUCT_AT, plus(PRODUCT_AT, toLong(PRODUCT_STRIDE))));
            }
            for (int j = 0; j < VECTORS; j++) {
                Value at = plus(PRODUCT_AT, (long) j * library.lanes() * Float.BYTES);
                body.add(new Statement.Store(PRODUCT, at, sums.sum(row, j)));
            }
        }
        return body;
    }
}
