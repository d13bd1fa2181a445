package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Scatter;
import java.util.List;

/** Rows of a table by ids, and their gradients, on the JVM. */
final class TableLowering {
    private static final int ELEMENTS_PER_PART = 16 * 1024;
    /** Every part of a scatter reads all ids and takes those of its own stretch of the table. */
    private static final int SCATTER_PARTS = 8;

    private static final Value.Variable TABLE = new Value.Variable("table", KernelType.SEGMENT);
    private static final Value.Variable IDS = new Value.Variable("ids", KernelType.SEGMENT);
    private static final Value.Variable ROWS = new Value.Variable("rows", KernelType.SEGMENT);
    private static final Value.Variable FROM = new Value.Variable("fromAddress", KernelType.LONG);
    private static final Value.Variable TO = new Value.Variable("toAddress", KernelType.LONG);

    private final int width;
    private final int lanes;

    private TableLowering(int width, int lanes) {
        this.width = width;
        this.lanes = lanes;
    }

    static Kernel gather(String name, Gather gather, int lanes) {
        return new TableLowering(gather.width(), lanes).gather(name, gather);
    }

    static Kernel scatter(String name, Scatter scatter, int lanes) {
        return new TableLowering(scatter.width(), lanes).scatter(name, scatter);
    }

    private Kernel gather(String name, Gather gather) {
        Value.Variable table = Segments.of(TABLE.name(), gather.buffers().getFirst());
        Kernel.Phase phase =
                PartLoop.phase("gather", gather.count(), ELEMENTS_PER_PART / width, "place", (body, place) -> {
                    Value id = body.let("id", id(place));
                    Value from = Emitter.times(Emitter.toLong(id), gather.storedWidth() * Float.BYTES);
                    body.add(new Statement.Call("copy", List.of(table, from, ROWS, rowAddress(place))));
                });
        List<Value.Variable> buffers = List.of(table, IDS, ROWS);
        Method copy = method("copy", false, table.type());
        return new Kernel(name, List.of(), buffers, List.of(), List.of(phase), List.of(copy));
    }

    private Kernel scatter(String name, Scatter scatter) {
        int stretch = Math.ceilDiv(scatter.tableRows(), SCATTER_PARTS);
        Emitter phase = new Emitter();
        phase.reserve(Kernel.PART.name());
        Value first = phase.let("first", Emitter.times(Kernel.PART, Emitter.integer(stretch)));
        Value end = phase.let(
                "end",
                new Value.Binary(
                        BinaryOperator.MIN,
                        Emitter.integer(scatter.tableRows()),
                        Emitter.plus(first, Emitter.integer(stretch))));
        if (!scatter.accumulate()) {
            phase.loop(
                    "cleared",
                    first,
                    end,
                    1,
                    (body, row) -> body.add(new Statement.Call("clear", List.of(TABLE, rowAddress(row)))));
        }
        phase.loop("place", Emitter.integer(0), Emitter.integer(scatter.count()), 1, (body, place) -> {
            Value id = body.let("id", id(place));
            body.when(
                    new Value.Compare(Comparison.GREATER_OR_EQUAL, id, first),
                    above -> above.when(
                            new Value.Compare(Comparison.LESS, id, end),
                            inside -> inside.add(new Statement.Call(
                                    "add", List.of(ROWS, rowAddress(place), TABLE, rowAddress(id))))));
        });
        int parts = Math.ceilDiv(scatter.tableRows(), stretch);
        Method add = method("add", true, KernelType.SEGMENT);
        List<Method> methods = scatter.accumulate() ? List.of(add) : List.of(clear(), add);
        return new Kernel(
                name,
                List.of(),
                List.of(IDS, ROWS, TABLE),
                List.of(),
                List.of(new Kernel.Phase("scatter", parts, phase.statements())),
                methods);
    }

    private static Value id(Value place) {
        return new Value.Load(
                KernelType.INT, IDS, Emitter.times(Emitter.toLong(place), new Value.Literal(KernelType.LONG, 4)));
    }

    private Value rowAddress(Value row) {
        return Emitter.times(Emitter.toLong(row), new Value.Literal(KernelType.LONG, (long) width * Float.BYTES));
    }

    /** Copies or adds one row. */
    private Method method(String name, boolean add, KernelType source) {
        Value.Variable from = new Value.Variable("from", source);
        Value.Variable to = new Value.Variable("to", KernelType.SEGMENT);
        Emitter emitter = new Emitter();
        List.of("from", "to", FROM.name(), TO.name()).forEach(emitter::reserve);
        sweep(emitter, (body, offset, active) -> {
            KernelType type = KernelType.floats(lanes);
            Value row = new Value.Load(type, from, Emitter.plus(FROM, offset), active);
            Value value = add ? Emitter.plus(new Value.Load(type, to, Emitter.plus(TO, offset), active), row) : row;
            body.add(new Statement.Store(to, Emitter.plus(TO, offset), value, active));
        });
        return new Method(name, "", List.of(from, FROM, to, TO), emitter.statements());
    }

    private Method clear() {
        Value.Variable to = new Value.Variable("to", KernelType.SEGMENT);
        Emitter emitter = new Emitter();
        List.of("to", TO.name()).forEach(emitter::reserve);
        sweep(
                emitter,
                (body, offset, active) ->
                        body.add(new Statement.Store(to, Emitter.plus(TO, offset), Emitter.number(0, lanes), active)));
        return new Method("clear", "", List.of(to, TO), emitter.statements());
    }

    private interface Sweep {
        void emit(Emitter emitter, Value offset, int active);
    }

    /** All vectors of a row; the offset is a LONG in bytes. */
    private void sweep(Emitter emitter, Sweep body) {
        int whole = width - width % lanes;
        if (whole > 0) {
            emitter.loop(
                    "column",
                    Emitter.integer(0),
                    Emitter.integer(whole),
                    lanes,
                    (inner, column) -> body.emit(
                            inner, Emitter.toLong(Emitter.times(column, Emitter.integer(Float.BYTES))), lanes));
        }
        if (whole < width) {
            body.emit(emitter, new Value.Literal(KernelType.LONG, (double) whole * Float.BYTES), width - whole);
        }
    }
}
