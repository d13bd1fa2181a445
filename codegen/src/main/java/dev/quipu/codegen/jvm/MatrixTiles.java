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
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A column of tiles: all row panels of a part with one right panel.
 *
 * @param width how many of the panel's columns exist
 * @param stride bytes from row to row of what is written
 * @param direct rows and columns that do not exist must not be written: ragged tiles go through a tile of scratch memory
 * @param accumulate adds to what is there, else only from the second block of depth on
 */
record MatrixTiles(MatrixBlocking blocking, String name, int width, int stride, boolean direct, boolean accumulate) {
    static final Value.Variable TILE = new Value.Variable("tile", KernelType.SEGMENT);

    private static final Value.Variable LEFT = new Value.Variable("leftPanels", KernelType.ARRAY);
    private static final Value.Variable RIGHT = new Value.Variable("rightPanels", KernelType.SEGMENT);
    private static final Value.Variable RIGHT_AT = new Value.Variable("rightAt", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("c", KernelType.SEGMENT);
    private static final Value.Variable TO_AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);
    private static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);

    /** Whether some tile goes through scratch memory. */
    boolean needsTile() {
        return direct && (width < library().columns() || raggedRows() % rowStep() != 0);
    }

    private TileLibrary library() {
        return blocking.library();
    }

    /** Rows of the last panel, if they are not all there. */
    private int raggedRows() {
        return blocking.product().rows() % library().rows();
    }

    /** Tiles of a third, two thirds and all of the rows are enough kinds for the JIT. */
    private int rowStep() {
        return library().rows() / 3;
    }

    /**
     * A call.
     *
     * @param rightAt address of the right panel
     * @param to where the first element goes
     * @param k the first step of depth
     */
    Statement call(Value left, Value right, Value rightAt, Value to, Value at, Value rows, Value depth, Value k) {
        List<Value> arguments = new ArrayList<>(List.of(left, right, rightAt, to, at, rows, depth));
        if (blocking.depthBlocks() > 1 && !accumulate) {
            arguments.add(k);
        }
        if (needsTile()) {
            arguments.add(TILE);
        }
        return new Statement.Call(name, arguments);
    }

    Method method() {
        List<Value.Variable> parameters = new ArrayList<>(List.of(LEFT, RIGHT, RIGHT_AT, TO, TO_AT, ROWS, DEPTH));
        if (blocking.depthBlocks() > 1 && !accumulate) {
            parameters.add(STEP);
        }
        if (needsTile()) {
            parameters.add(TILE);
        }
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        int rows = library().rows();
        Value panels = new Value.Binary(BinaryOperator.DIVIDE, ROWS, integer(rows));
        Value.Variable whole = emitter.let("whole", panels);
        if (blocking.product().rows() >= rows) {
            emitter.loop("panel", integer(0), whole, 1, (body, panel) -> tile(body, panel, rows));
        }
        if (raggedRows() > 0) {
            Value more = new Value.Compare(Comparison.LESS, times(whole, rows), ROWS);
            emitter.when(more, body -> tile(body, whole, raggedRows()));
        }
        String comment = "Row panels times a right panel of " + width + " columns.";
        return new Method(name, comment, parameters, emitter.statements());
    }

    private void tile(Emitter emitter, Value panel, int rows) {
        int computed = Math.ceilDiv(rows, rowStep()) * rowStep();
        Value left = times(panel, library().leftPanel(blocking.blockDepth()));
        Value at = plus(TO_AT, times(toLong(panel), (long) library().rows() * stride));
        if (!direct || (computed == rows && width == library().columns())) {
            add(
                    emitter,
                    add -> new Statement.Call(
                            library().tile(computed, add),
                            List.of(LEFT, left, RIGHT, RIGHT_AT, TO, at, integer(stride), DEPTH)));
            return;
        }
        Value tileStride = integer((long) library().columns() * Float.BYTES);
        Value zero = new Value.Literal(KernelType.LONG, 0);
        emitter.add(new Statement.Call(
                library().tile(computed, false), List.of(LEFT, left, RIGHT, RIGHT_AT, TILE, zero, tileStride, DEPTH)));
        add(
                emitter,
                add -> new Statement.Call(
                        library().copy(width, add), List.of(TILE, TO, at, integer(stride), integer(rows))));
    }

    /** Emits the call that writes for the first block of depth, and the one that adds for all others. */
    private void add(Emitter emitter, Function<Boolean, Statement> call) {
        if (accumulate || blocking.depthBlocks() == 1) {
            emitter.add(call.apply(accumulate));
            return;
        }
        Value first = new Value.Compare(Comparison.EQUAL, STEP, integer(0));
        emitter.add(new Statement.If(first, List.of(call.apply(false)), List.of(call.apply(true))));
    }
}
