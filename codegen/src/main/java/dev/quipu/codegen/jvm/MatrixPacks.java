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
        MatrixFactor left = blocking.left();
        Value at = plus(
                times(toLong(batch), left.bytes()),
                plus(times(toLong(row), left.lineBytes()), times(toLong(k), left.stepBytes())));
        return new Statement.Call(LEFT_METHOD, List.of(source, at, panels, rows, depth));
    }

    /** Packs a panel of columns of a block of depth. */
    Statement right(Value source, Value batch, Value panel, Value k, Value panels, Value to, Value depth) {
        MatrixFactor right = blocking.right();
        long panelBytes = blocking.library().columns() * right.lineBytes();
        Value at = plus(
                times(toLong(batch), right.bytes()),
                plus(times(toLong(panel), panelBytes), times(toLong(k), right.stepBytes())));
        return new Statement.Call(RIGHT_METHOD, List.of(source, at, panels, to, panel, depth));
    }

    private Method leftMethod() {
        MatrixFactor left = blocking.left();
        Value.Variable source = Packs.source(left.type());
        List<Value.Variable> parameters = List.of(source, AT, PANELS, ROWS, DEPTH);
        Emitter emitter = emitter(parameters);
        if (left.alongDepth()) {
            Value stride = integer(left.lineBytes());
            List<Value> arguments = List.of(source, AT, stride, PANELS, integer(0), ROWS, DEPTH);
            emitter.add(new Statement.Call(
                    TileLibrary.over(left.type(), blocking.library().copyRows()), arguments));
            return new Method(LEFT_METHOD, "A part's rows.", parameters, emitter.statements());
        }
        TileLibrary library = blocking.library();
        int rows = blocking.tileRows();
        Value panels = new Value.Binary(BinaryOperator.DIVIDE, plus(ROWS, rows - 1), integer(rows));
        emitter.loop("panel", integer(0), emitter.let("panelsOfPart", panels), 1, (body, panel) -> {
            Value at = plus(AT, times(toLong(panel), library.rows() * left.lineBytes()));
            Value to = times(panel, blocking.leftPanel());
            body.add(new Statement.Call(
                    library.packLeft(rows), List.of(source, at, integer(left.stepBytes()), PANELS, to, DEPTH)));
        });
        return new Method(LEFT_METHOD, "A part's rows as panels.", parameters, emitter.statements());
    }

    private Method rightMethod() {
        MatrixFactor right = blocking.right();
        Value.Variable source = Packs.source(right.type());
        List<Value.Variable> parameters = List.of(source, AT, PANEL, TO, COLUMN_PANEL, DEPTH);
        Emitter emitter = emitter(parameters);
        int columns = blocking.library().columns();
        int whole = right.lines() / columns;
        int ragged = right.lines() % columns;
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
        MatrixFactor right = blocking.right();
        if (!right.alongDepth()) {
            int stride = Math.toIntExact(right.stepBytes());
            return List.of(new Statement.Call(
                    library.packRight(width), List.of(source, AT, integer(stride), PANEL, TO, DEPTH)));
        }
        List<Statement> halves = new ArrayList<>();
        int lanes = library.lanes();
        int stride = Math.toIntExact(right.lineBytes());
        for (int half = 0; half < 2; half++) {
            int columns = Math.clamp(width - half * lanes, 0, lanes);
            String pack = TileLibrary.over(right.type(), library.packRightTransposed(columns));
            Value from = plus(AT, (long) half * lanes * right.lineBytes());
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
