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
import dev.quipu.codegen.launch.MatrixProduct;
import java.util.ArrayList;
import java.util.List;

/** The packing of a product's operands: a part's rows, and one panel of columns. */
record MatrixPacks(MatrixBlocking blocking) {
    private static final String LEFT_METHOD = "packRows";
    private static final String RIGHT_METHOD = "packColumns";

    private static final Value.Variable AT = new Value.Variable("at", KernelType.LONG);
    private static final Value.Variable PANELS = new Value.Variable("panels", KernelType.ARRAY);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.INT);
    private static final Value.Variable PANEL = new Value.Variable("panel", KernelType.SEGMENT);
    private static final Value.Variable TO = new Value.Variable("to", KernelType.LONG);
    private static final Value.Variable COLUMN_PANEL = new Value.Variable("columnPanel", KernelType.INT);
    private static final Value.Variable DEPTH = new Value.Variable("depth", KernelType.INT);

    List<Method> methods() {
        return List.of(leftMethod(), rightMethod());
    }

    /** Packs some rows of a block of depth. */
    Statement left(Value source, Value batch, Value row, Value k, Value panels, Value rows, Value depth) {
        MatrixProduct product = blocking.product();
        Value at = plus(
                times(toLong(batch), (long) product.rows() * product.depth() * Float.BYTES),
                plus(times(toLong(row), leftRowBytes()), times(toLong(k), leftStepBytes())));
        return new Statement.Call(LEFT_METHOD, List.of(source, at, panels, rows, depth));
    }

    /** Packs a panel of columns of a block of depth. */
    Statement right(Value source, Value batch, Value panel, Value k, Value panels, Value to, Value depth) {
        MatrixProduct product = blocking.product();
        long panelBytes = blocking.library().columns() * rightColumnBytes();
        Value at = plus(
                times(toLong(batch), (long) product.columns() * product.depth() * Float.BYTES),
                plus(times(toLong(panel), panelBytes), times(toLong(k), rightStepBytes())));
        return new Statement.Call(RIGHT_METHOD, List.of(source, at, panels, to, panel, depth));
    }

    private long leftRowBytes() {
        return blocking.product().transposeLeft()
                ? Float.BYTES
                : (long) blocking.product().depth() * Float.BYTES;
    }

    private long leftStepBytes() {
        return blocking.product().transposeLeft() ? (long) blocking.product().rows() * Float.BYTES : Float.BYTES;
    }

    private long rightColumnBytes() {
        return blocking.product().transposeRight() ? (long) blocking.product().rightRow() * Float.BYTES : Float.BYTES;
    }

    /** A right matrix in fewer bits becomes panels of f32. */
    private KernelType rightType() {
        return Segments.type(blocking.product().buffers().get(1));
    }

    private long rightStepBytes() {
        return blocking.product().transposeRight()
                ? Float.BYTES
                : (long) blocking.product().columns() * Float.BYTES;
    }

    private Method leftMethod() {
        Value.Variable source = Packs.source(KernelType.SEGMENT);
        List<Value.Variable> parameters = List.of(source, AT, PANELS, ROWS, DEPTH);
        Emitter emitter = emitter(parameters);
        if (blocking.copiesRows()) {
            Value stride = integer(leftRowBytes());
            List<Value> arguments = List.of(source, AT, stride, PANELS, integer(0), ROWS, DEPTH);
            emitter.add(new Statement.Call(blocking.library().copyRows(), arguments));
            return new Method(LEFT_METHOD, "A part's rows.", parameters, emitter.statements());
        }
        TileLibrary library = blocking.library();
        int rows = blocking.tileRows();
        Value panels = new Value.Binary(BinaryOperator.DIVIDE, plus(ROWS, rows - 1), integer(rows));
        emitter.loop("panel", integer(0), emitter.let("panelsOfPart", panels), 1, (body, panel) -> {
            Value at = plus(AT, times(toLong(panel), library.rows() * leftRowBytes()));
            Value to = times(panel, blocking.leftPanel());
            body.add(new Statement.Call(
                    library.packLeft(rows), List.of(source, at, integer(leftStepBytes()), PANELS, to, DEPTH)));
        });
        return new Method(LEFT_METHOD, "A part's rows as panels.", parameters, emitter.statements());
    }

    private Method rightMethod() {
        Value.Variable source = Packs.source(rightType());
        List<Value.Variable> parameters = List.of(source, AT, PANEL, TO, COLUMN_PANEL, DEPTH);
        Emitter emitter = emitter(parameters);
        int columns = blocking.library().columns();
        int whole = blocking.product().columns() / columns;
        int ragged = blocking.product().columns() % columns;
        if (ragged == 0) {
            rightPanel(source, columns).forEach(emitter::add);
        } else {
            Value isWhole = new Value.Compare(Comparison.LESS, COLUMN_PANEL, integer(whole));
            emitter.add(new Statement.If(isWhole, rightPanel(source, columns), rightPanel(source, ragged)));
        }
        return new Method(RIGHT_METHOD, "A panel of columns.", parameters, emitter.statements());
    }

    private List<Statement> rightPanel(Value source, int width) {
        TileLibrary library = blocking.library();
        if (!blocking.product().transposeRight()) {
            int stride = Math.toIntExact(rightStepBytes());
            return List.of(new Statement.Call(
                    library.packRight(width), List.of(source, AT, integer(stride), PANEL, TO, DEPTH)));
        }
        List<Statement> halves = new ArrayList<>();
        int lanes = library.lanes();
        int stride = Math.toIntExact(rightColumnBytes());
        for (int half = 0; half < 2; half++) {
            int columns = Math.clamp(width - half * lanes, 0, lanes);
            String pack = TileLibrary.over(rightType(), library.packRightTransposed(columns));
            Value from = plus(AT, (long) half * lanes * rightColumnBytes());
            Value to = plus(TO, (long) half * lanes * Float.BYTES);
            halves.add(new Statement.Call(pack, List.of(source, from, integer(stride), PANEL, to, DEPTH)));
        }
        return halves;
    }

    private static Emitter emitter(List<Value.Variable> parameters) {
        Emitter emitter = new Emitter();
        parameters.forEach(parameter -> emitter.reserve(parameter.name()));
        return emitter;
    }
}
