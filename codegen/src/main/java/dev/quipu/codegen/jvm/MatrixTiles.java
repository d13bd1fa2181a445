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
import java.util.ArrayList;
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

    private static final List<Value.Variable> PARAMETERS = List.of(LEFT, RIGHT, RIGHT_AT, TO, TO_AT, ROWS, DEPTH, STEP);

    /**
     * A call.
     *
     * @param rightAt address of the right panel
     * @param to where the first element goes
     * @param k the first step of depth
     */
    Statement call(Value left, Value right, Value rightAt, Value to, Value at, Value rows, Value depth, Value k) {
        return new Statement.Call(name, List.of(left, right, rightAt, to, at, rows, depth, k));
    }

    Method method() {
        Emitter emitter = new Emitter();
        PARAMETERS.forEach(parameter -> emitter.reserve(parameter.name()));
        int rows = blocking.library().rows();
        int ragged = blocking.product().rows() % rows;
        Value.Variable whole = emitter.let("whole", new Value.Binary(BinaryOperator.DIVIDE, ROWS, integer(rows)));
        if (blocking.product().rows() >= rows) {
            emitter.loop("panel", integer(0), whole, 1, (body, panel) -> tile(body, panel, rows));
        }
        if (ragged > 0) {
            Value more = new Value.Compare(Comparison.LESS, times(whole, rows), ROWS);
            emitter.when(more, body -> {
                if (endsWithWhole()) {
                    Value row = body.let("row", minus(ROWS, integer(rows)));
                    tile(body, times(row, TileLibrary.LEFT_ROW), times(toLong(row), stride), rows);
                } else {
                    tile(body, whole, ragged);
                }
            });
        }
        return new Method(name, "Row panels times a right panel.", PARAMETERS, emitter.statements());
    }

    /**
     * Whether the last rows are computed by a whole tile, some of them twice: each method less is one that the JIT does not
     * have to compile, and the smaller tiles are so rare that they would be interpreted for long.
     */
    private boolean endsWithWhole() {
        return blocking.copiesRows()
                && blocking.depthBlocks() == 1
                && blocking.product().rows() >= blocking.library().rows();
    }

    private void tile(Emitter emitter, Value panel, int rows) {
        long panelBytes = (long) blocking.library().rows() * stride;
        tile(emitter, times(panel, blocking.leftPanel()), times(toLong(panel), panelBytes), rows);
    }

    /**
     * Rows of the part.
     *
     * @param left where their left numbers begin
     * @param to bytes from the part's first row of the product
     */
    private void tile(Emitter emitter, Value left, Value to, int rows) {
        List<Value> arguments =
                new ArrayList<>(List.of(LEFT, left, RIGHT, RIGHT_AT, TO, plus(TO_AT, to), integer(stride), DEPTH));
        Statement first = new Statement.Call(blocking.tile(rows, false), arguments);
        if (blocking.depthBlocks() == 1) {
            emitter.add(first);
            return;
        }
        Statement next = new Statement.Call(blocking.tile(rows, true), arguments);
        Value isFirst = new Value.Compare(Comparison.EQUAL, STEP, integer(0));
        emitter.add(new Statement.If(isFirst, List.of(first), List.of(next)));
    }
}
