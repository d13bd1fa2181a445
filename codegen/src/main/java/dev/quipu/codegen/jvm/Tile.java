package dev.quipu.codegen.jvm;

import static dev.quipu.codegen.kernel.Emitter.integer;
import static dev.quipu.codegen.kernel.Emitter.plus;
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
 * @param packed whether the left numbers are a panel, a step beside the other, else rows as they lie in a matrix
 * @param rows 1 to {@link TileLibrary#rows()}
 */
record Tile(TileLibrary library, boolean packed, int rows) {
    private static final int VECTORS = 2;

    private static final Value.Variable PRODUCT = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable PRODUCT_AT = new Value.Variable("cp", KernelType.LONG);

    Tile {
        if (rows < 1 || rows > library.rows()) {
            throw new AssertionError("no tile of " + rows + " rows");
        }
    }

    Method method(String name) {
        List<Value.Variable> parameters = new ArrayList<>(TileSums.factors());
        parameters.addAll(List.of(PRODUCT, PRODUCT_OFFSET, PRODUCT_STRIDE, TileSums.DEPTH));
        return new Method(name, rows + " rows of a product.", parameters, body());
    }

    private List<Statement> body() {
        int leftStep = packed ? library.rows() : 1;
        int leftRow = packed ? 1 : TileLibrary.LEFT_ROW;
        Value rightStep = integer((long) library.columns() * Float.BYTES);
        TileSums sums = new TileSums(library, rows, VECTORS, leftStep, leftRow, rightStep);
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(PRODUCT_AT, PRODUCT_OFFSET));
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
