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
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.List;

/**
 * A column of tiles: all row panels of a part with one right panel. From the second block of depth on it goes on from what
 * the blocks before have left.
 *
 * @param name of the generated method
 * @param stride bytes from row to row of what is written
 */
record MatrixTiles(MatrixBlocking blocking, String name, int stride) {
    private static final Value.Variable LEFT = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value.Variable RIGHT = new Value.Variable("rightPanels", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("rightAt", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable TO_AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);
    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);

    private static final List<Value.Variable> PARAMETERS =
            List.of(LEFT, RIGHT, RIGHT_AT, TO, TO_AT, ROWS, DEPTH, STEP, TileProduct.TILE);

    /**
     * A call.
     *
     * @param rightAt address of the right panel
     * @param to where the first element goes
     * @param k the first step of depth
     */
    Statement call(Value left, Value right, Value rightAt, Value to, Value at, Value rows, Value depth, Value k) {
        return new Statement.Call(name, List.of(left, right, rightAt, to, at, rows, depth, k, TileProduct.TILE));
    }

    Method method() {
        Emitter emitter = new Emitter();
        PARAMETERS.forEach(parameter -> emitter.reserve(parameter.name()));
        int rows = blocking.tileRows();
        Value.Variable whole = emitter.let("whole", new Value.Binary(BinaryOperator.DIVIDE, ROWS, integer(rows)));
        emitter.loop("panel", integer(0), whole, 1, (body, panel) -> tile(body, panel, integer(rows)));
        if (blocking.left().lines() % rows > 0) {
            Value more = emitter.let("more", minus(ROWS, times(whole, rows)));
            emitter.when(new Value.Compare(Comparison.GREATER, more, integer(0)), body -> tile(body, whole, more));
        }
        return new Method(name, "Row panels times a right panel.", PARAMETERS, emitter.statements());
    }

    private void tile(Emitter emitter, Value panel, Value rows) {
        TileProduct product = new TileProduct(blocking.library(), blocking.tile(), stride);
        List<Value> factors = List.of(LEFT, times(panel, blocking.leftPanel()), RIGHT, RIGHT_AT);
        Value at = plus(TO_AT, times(toLong(panel), (long) blocking.tileRows() * stride));
        boolean isWhole = rows instanceof Value.Literal;
        List<Statement> first = isWhole
                ? List.of(product.write(factors, TO, at, DEPTH))
                : product.finish(factors, TO, at, DEPTH, rows, false);
        if (blocking.depthBlocks() == 1) {
            first.forEach(emitter::add);
            return;
        }
        List<Statement> next = product.finish(factors, TO, at, DEPTH, rows, true);
        emitter.add(new Statement.If(new Value.Compare(Comparison.EQUAL, STEP, integer(0)), first, next));
    }
}
