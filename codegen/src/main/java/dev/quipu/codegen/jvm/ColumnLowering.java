package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ElementLowering;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.ColumnProgram.ColumnSum;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Column programs on the JVM: each part takes a strip of columns a few vectors wide and adds all rows in order, so that sums
 * do not depend on how strips are shared out.
 */
final class ColumnLowering {
    private static final int VECTORS = 4;
    private static final int ELEMENTS_PER_PART = 16 * 1024;

    private final ColumnProgram program;
    private final int lanes;
    private final List<Value.Variable> buffers;
    private final int kept;
    private final int summed;

    private ColumnLowering(ColumnProgram program, int lanes) {
        this.program = program;
        boolean strided = program.steps().stream()
                .anyMatch(
                        step -> step instanceof Step.Load load && load.access().columnStride() > 1);
        this.lanes = strided || program.space().width() == 1 ? 1 : lanes;
        this.buffers = Segments.of(
                program.buffers(),
                program.steps(),
                Collections.nCopies(program.buffers().size(), "sum").toArray(String[]::new));
        Space space = program.space();
        this.summed = Math.toIntExact(product(space.outer().subList(0, program.summed())));
        this.kept = Math.toIntExact(
                product(space.outer().subList(program.summed(), space.outer().size())));
    }

    static Kernel lower(String name, ColumnProgram program, int lanes) {
        return new ColumnLowering(program, lanes).kernel(name);
    }

    private static long product(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    private Kernel kernel(String name) {
        int strip = VECTORS * lanes;
        int width = program.space().width();
        int strips = width / strip;
        int rest = width % strip;
        List<Method> methods = new ArrayList<>();
        List<Kernel.Phase> phases = new ArrayList<>();
        if (strips > 0) {
            methods.add(method("strip", VECTORS, lanes));
            int unitsOfPart = ELEMENTS_PER_PART / Math.max(1, summed * strip);
            phases.add(PartLoop.phase("strips", kept * strips, unitsOfPart, "unit", (body, unit) -> {
                Value keptRow = strips == 1 ? unit : body.let("kept", divide(unit, strips));
                Value number = strips == 1 ? Emitter.integer(0) : remainder(unit, strips);
                call(body, "strip", keptRow, Emitter.times(number, Emitter.integer(strip)));
            }));
        }
        if (rest > 0) {
            int vectors = Math.ceilDiv(rest, lanes);
            methods.add(method("rest", vectors, rest - (vectors - 1) * lanes));
            int unitsOfPart = ELEMENTS_PER_PART / Math.max(1, summed * rest);
            phases.add(PartLoop.phase(
                    "rests",
                    kept,
                    unitsOfPart,
                    "unit",
                    (body, unit) -> call(body, "rest", unit, Emitter.integer((long) strips * strip))));
        }
        return new Kernel(name, List.of(), buffers, List.of(), phases, methods);
    }

    private void call(Emitter body, String method, Value keptRow, Value column) {
        List<Value> arguments = new ArrayList<>(buffers);
        arguments.add(keptRow);
        arguments.add(column);
        body.add(new Statement.Call(method, arguments));
    }

    /** Sums of some vectors of columns; the last vector may be partly active. */
    private Method method(String name, int vectors, int lastActive) {
        Value.Variable keptRow = new Value.Variable("kept", KernelType.INT);
        Value.Variable first = new Value.Variable("first", KernelType.INT);
        Emitter emitter = new Emitter();
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        List.of("kept", "first", "row").forEach(emitter::reserve);
        List<Value> columns = IntStream.range(0, vectors)
                .mapToObj(i -> (Value) emitter.let("column", Emitter.plus(first, Emitter.integer((long) i * lanes))))
                .toList();
        List<List<Value.Variable>> totals = new ArrayList<>();
        for (int sum = 0; sum < program.sums().size(); sum++) {
            totals.add(IntStream.range(0, vectors)
                    .mapToObj(i -> emitter.let("sum", Emitter.number(0, lanes)))
                    .toList());
        }
        emitter.loop("summed", Emitter.integer(0), Emitter.integer(summed), 1, (body, row) -> {
            Value number =
                    kept == 1 ? row : body.let("row", Emitter.plus(Emitter.times(row, Emitter.integer(kept)), keptRow));
            addRow(body, number, columns, totals, lastActive);
        });
        for (int i = 0; i < totals.size(); i++) {
            store(emitter, program.sums().get(i), totals.get(i), keptRow, columns, lastActive);
        }
        List<Value.Variable> parameters = new ArrayList<>(buffers);
        parameters.add(keptRow);
        parameters.add(first);
        return new Method(name, "", parameters, emitter.statements());
    }

    private void addRow(
            Emitter body, Value row, List<Value> columns, List<List<Value.Variable>> totals, int lastActive) {
        int width = program.space().width();
        RowValues values = new RowValues(program.buffers(), buffers, program.steps(), lanes, width);
        RowAddresses addresses = new RowAddresses(body, program.space(), buffers, row);
        for (Step step : program.steps()) {
            if (step instanceof Step.Load load) {
                Access access = load.access();
                values.defineAddress(access, addresses.of(access));
            }
        }
        for (Step step : program.steps()) {
            if (values.isRowValue(step.name())) {
                Value value = switch (step) {
                    case Step.Load load -> values.loadSingle(load.access());
                    case Step.Map map ->
                        new ElementLowering(new JvmFunctions(body, 1), values::rowValue).lower(map.expression());
                    case Step.Reduce reduce -> throw new AssertionError("no reductions in a column program");
                    case Step.Store store -> throw new AssertionError("no stores in a column program");
                };
                values.defineRow(step.name(), body.let(step.name(), value));
            }
        }
        program.sums().forEach(sum -> values.rowNames(sum.expression()).forEach(name -> values.repeat(body, name)));
        for (int i = 0; i < columns.size(); i++) {
            int active = i == columns.size() - 1 ? lastActive : lanes;
            RowValues.Elements elements = values.new Elements(body, columns.get(i), active);
            for (int sum = 0; sum < program.sums().size(); sum++) {
                Value.Variable total = totals.get(sum).get(i);
                Value element = elements.lower(program.sums().get(sum).expression());
                body.add(new Statement.Assign(total, Emitter.plus(total, element)));
            }
        }
    }

    private void store(
            Emitter emitter,
            ColumnSum sum,
            List<Value.Variable> totals,
            Value keptRow,
            List<Value> columns,
            int lastActive) {
        Value.Variable memory = buffers.get(sum.buffer());
        Value base = Emitter.times(
                Emitter.toLong(keptRow),
                new Value.Literal(KernelType.LONG, (long) program.space().width() * Float.BYTES));
        for (int i = 0; i < totals.size(); i++) {
            int active = i == totals.size() - 1 ? lastActive : lanes;
            Value offset = Emitter.toLong(Emitter.times(columns.get(i), Emitter.integer(Float.BYTES)));
            Value address = kept == 1 ? offset : emitter.let("at", Emitter.plus(base, offset));
            Value total = totals.get(i);
            if (sum.accumulate()) {
                total = Emitter.plus(new Value.Load(KernelType.floats(lanes), memory, address, active), total);
            }
            emitter.add(new Statement.Store(memory, address, total, active));
        }
    }

    private static Value divide(Value value, int by) {
        return new Value.Binary(Value.BinaryOperator.DIVIDE, value, Emitter.integer(by));
    }

    private static Value remainder(Value value, int by) {
        return new Value.Binary(Value.BinaryOperator.REMAINDER, value, Emitter.integer(by));
    }
}
