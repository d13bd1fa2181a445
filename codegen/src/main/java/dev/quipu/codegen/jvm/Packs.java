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
 * Copies between matrices and panels that keep the order of rows and columns. Reads may pass a matrix's end by less than a
 * vector, which every buffer has room for.
 */
final class Packs {
    static final Value.Variable AT = new Value.Variable("at", KernelType.LONG);
    static final Value.Variable STRIDE = new Value.Variable("stride", KernelType.INT);
    static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);
    static final Value.Variable STEP = new Value.Variable("k", KernelType.INT);
    static final Value.Variable LEFT_PANEL = new Value.Variable("panel", KernelType.ARRAY);
    static final Value.Variable LEFT_TO = new Value.Variable("to", KernelType.INT);
    static final Value.Variable RIGHT_PANEL = new Value.Variable("panel", KernelType.SEGMENT);
    static final Value.Variable RIGHT_TO = new Value.Variable("to", KernelType.LONG);

    private static final Value.Variable FROM_STEP = new Value.Variable("from", KernelType.LONG);
    private static final Value.Variable TILE = new Value.Variable("tile", KernelType.SEGMENT);
    private static final Value.Variable PRODUCT_OFFSET = new Value.Variable("cOffset", KernelType.LONG);
    private static final Value.Variable PRODUCT_STRIDE = new Value.Variable("cStride", KernelType.INT);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable ROW = new Value.Variable("row", KernelType.INT);

    private Packs() {}

    /** What is packed. */
    static Value.Variable source(KernelType matrix) {
        return new Value.Variable("source", matrix);
    }

    /** Whole vectors: what a step writes too far, the next one overwrites, and behind the last there is room. */
    static Method left(TileLibrary library, String name, int rows) {
        Value.Variable source = source(KernelType.SEGMENT);
        List<Statement> body = new ArrayList<>();
        Value to = plus(LEFT_TO, times(STEP, library.rows()));
        body.add(new Statement.Declare(FROM_STEP, rowAddress()));
        for (int first = 0; first < rows; first += library.lanes()) {
            Value vector = new Value.Load(
                    KernelType.floats(library.lanes()), source, plus(FROM_STEP, (long) first * Float.BYTES));
            body.add(new Statement.Store(LEFT_PANEL, plus(to, first), vector));
        }
        return new Method(
                name,
                "A left panel from [depth][" + rows + "].",
                List.of(source, AT, STRIDE, LEFT_PANEL, LEFT_TO, DEPTH),
                List.of(new Statement.For(STEP, integer(0), DEPTH, 1, body)));
    }

    static Method right(TileLibrary library, String name, int width) {
        Value.Variable source = source(KernelType.SEGMENT);
        List<Statement> body = new ArrayList<>();
        Value.Variable toStep = new Value.Variable("toStep", KernelType.LONG);
        body.add(new Statement.Declare(FROM_STEP, rowAddress()));
        body.add(new Statement.Declare(
                toStep, plus(RIGHT_TO, toLong(times(STEP, (long) library.columns() * Float.BYTES)))));
        for (int j = 0; j < 2; j++) {
            Value vector = library.load(j, width, source, FROM_STEP);
            body.add(new Statement.Store(RIGHT_PANEL, plus(toStep, (long) j * library.lanes() * Float.BYTES), vector));
        }
        return new Method(
                name,
                "A right panel from [depth][" + width + "].",
                List.of(source, AT, STRIDE, RIGHT_PANEL, RIGHT_TO, DEPTH),
                List.of(new Statement.For(STEP, integer(0), DEPTH, 1, body)));
    }

    static Method copy(TileLibrary library, String name, int width, boolean add, KernelType matrix) {
        Value.Variable product = new Value.Variable("c", matrix);
        Value.Variable from = FROM_STEP;
        Value.Variable to = new Value.Variable("to", KernelType.LONG);
        List<Statement> body = new ArrayList<>();
        body.add(new Statement.Declare(from, toLong(times(ROW, (long) library.columns() * Float.BYTES))));
        body.add(new Statement.Declare(to, plus(PRODUCT_OFFSET, times(toLong(ROW), toLong(PRODUCT_STRIDE)))));
        for (int j = 0; library.active(j, width) > 0; j++) {
            Value vector = library.load(j, library.columns(), TILE, from);
            Value value = add ? plus(library.load(j, width, product, to), vector) : vector;
            if (matrix.equals(KernelType.BSEGMENT)) {
                Value.Variable rounded = new Value.Variable("vector" + j, value.type());
                body.add(new Statement.Declare(rounded, value));
                value = rounded;
            }
            body.add(new Statement.Store(
                    product, plus(to, (long) j * library.lanes() * Float.BYTES), value, library.active(j, width)));
        }
        return new Method(
                name,
                "The first " + width + " columns of a tile, " + (add ? "added to" : "written to") + " c.",
                List.of(TILE, product, PRODUCT_OFFSET, PRODUCT_STRIDE, ROWS),
                List.of(new Statement.For(ROW, integer(0), ROWS, 1, body)));
    }

    private static Value rowAddress() {
        return plus(AT, times(toLong(STEP), toLong(STRIDE)));
    }
}
