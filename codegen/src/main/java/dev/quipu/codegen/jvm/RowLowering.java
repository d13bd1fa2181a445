package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ElementLowering;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Method;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Step;
import dev.quipu.codegen.launch.StepGraph;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import java.util.ArrayList;
import java.util.List;

/**
 * Row programs on the JVM: a method per row, which sweeps the row once for each layer of reductions and once for the stores.
 * What a sweep needs it computes from loads again, since a row stays in the first-level cache. The last elements of a row go
 * under a mask that the static width fixes.
 */
final class RowLowering {
    private static final int ELEMENTS_PER_PART = 16 * 1024;
    private static final String METHOD = "row";

    private final RowProgram program;
    private final StepGraph graph;
    private final int lanes;
    private final List<Value.Variable> buffers;
    private final RowValues values;

    private RowLowering(RowProgram program, int lanes) {
        this.program = program;
        this.graph = new StepGraph(program.steps(), program.space().width() == 1);
        this.lanes = program.space().width() == 1 || isStrided() ? 1 : lanes;
        this.buffers = Segments.of(program.buffers(), program.steps());
        this.values = new RowValues(
                program.buffers(),
                buffers,
                program.steps(),
                this.lanes,
                program.space().width());
    }

    static Kernel lower(String name, RowProgram program, int lanes) {
        return new RowLowering(program, lanes).kernel(name);
    }

    /** Vectors need elements side by side. */
    private boolean isStrided() {
        return graph.accesses().stream().anyMatch(access -> access.columnStride() != 0 && access.columnStride() != 1);
    }

    private Kernel kernel(String name) {
        int rows = Math.toIntExact(program.space().rows());
        int rowsOfPart = ELEMENTS_PER_PART / program.space().width();
        Kernel.Phase phase = PartLoop.phase("rows", rows, rowsOfPart, METHOD, (body, row) -> {
            List<Value> arguments = new ArrayList<>(buffers);
            arguments.add(row);
            body.add(new Statement.Call(METHOD, arguments));
        });
        return new Kernel(name, List.of(), buffers, List.of(), List.of(phase), List.of(rowMethod()));
    }

    private Method rowMethod() {
        Emitter emitter = new Emitter();
        buffers.forEach(buffer -> emitter.reserve(buffer.name()));
        Value.Variable row = new Value.Variable(METHOD, KernelType.INT);
        emitter.reserve(METHOD);
        RowAddresses addresses = new RowAddresses(emitter, program.space(), buffers, row);
        graph.accesses().forEach(access -> values.defineAddress(access, addresses.of(access)));
        graph.stores().stream()
                .filter(store -> store.access().isMoved())
                .findFirst()
                .map(store -> addresses.exists(store.access()))
                .ifPresentOrElse(exists -> emitter.when(exists, this::compute), () -> compute(emitter));
        List<Value.Variable> parameters = new ArrayList<>(buffers);
        parameters.add(row);
        return new Method(METHOD, "", parameters, emitter.statements());
    }

    private void compute(Emitter emitter) {
        loadRowValues(emitter);
        mapRowValues(emitter, 0);
        for (int layer = 1; layer <= graph.layers(); layer++) {
            reduce(emitter, layer);
            mapRowValues(emitter, layer);
        }
        store(emitter);
    }

    private void loadRowValues(Emitter emitter) {
        for (Step step : program.steps()) {
            if (step instanceof Step.Load load && values.isRowValue(load.name())) {
                values.defineRow(load.name(), emitter.let(load.name(), values.loadSingle(load.access())));
            }
        }
    }

    private void mapRowValues(Emitter emitter, int layer) {
        for (Step step : program.steps()) {
            if (step instanceof Step.Map map && graph.depth(map.name()) == layer && values.isRowValue(map.name())) {
                Value value =
                        new ElementLowering(new JvmFunctions(emitter, 1), values::rowValue).lower(map.expression());
                values.defineRow(map.name(), emitter.let(map.name(), value));
            }
        }
    }

    private void reduce(Emitter emitter, int layer) {
        List<Step.Reduce> reductions = graph.reductions(layer);
        if (program.space().width() == 1) {
            for (Step.Reduce reduce : reductions) { // one element is its own sum
                Value value =
                        new ElementLowering(new JvmFunctions(emitter, 1), values::rowValue).lower(reduce.expression());
                values.defineRow(reduce.name(), emitter.let(reduce.name(), value));
            }
            return;
        }
        List<Value.Variable> totals = new ArrayList<>();
        for (Step.Reduce reduce : reductions) {
            values.rowNames(reduce.expression()).forEach(name -> values.repeat(emitter, name));
            totals.add(emitter.let(reduce.name() + "_lanes", Emitter.number(neutral(reduce), lanes)));
        }
        sweep(emitter, (body, column, active) -> {
            RowValues.Elements elements = values.new Elements(body, column, active);
            for (int i = 0; i < reductions.size(); i++) {
                Step.Reduce reduce = reductions.get(i);
                Value value = elements.lower(reduce.expression());
                if (active < lanes) {
                    Value inside = new Value.Compare(
                            Value.Comparison.LESS, new Value.LaneNumbers(lanes), Emitter.number(active, lanes));
                    value = new Value.Select(inside, value, Emitter.number(neutral(reduce), lanes));
                }
                body.add(new Statement.Assign(totals.get(i), new Value.Binary(operator(reduce), totals.get(i), value)));
            }
        });
        for (int i = 0; i < reductions.size(); i++) {
            Value total = emitter.lanes(operator(reductions.get(i)), totals.get(i));
            values.defineRow(
                    reductions.get(i).name(), emitter.let(reductions.get(i).name(), total));
        }
    }

    private static double neutral(Step.Reduce reduce) {
        return reduce.reduction() == Step.Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY;
    }

    private static BinaryOperator operator(Step.Reduce reduce) {
        return reduce.reduction() == Step.Reduction.SUM ? BinaryOperator.ADD : BinaryOperator.MAX;
    }

    /** Stores come last, so that a buffer that is updated in place is still the old one in every earlier sweep. */
    private void store(Emitter emitter) {
        List<Step.Store> stores = graph.stores();
        for (Step.Store store : stores) {
            if (isSingle(store)) {
                storeSingle(emitter, store);
            }
        }
        List<Step.Store> wide =
                stores.stream().filter(store -> !isSingle(store)).toList();
        if (wide.isEmpty()) {
            return;
        }
        for (Step.Store store : wide) {
            values.rowNames(new Expression.Name(store.name())).forEach(name -> values.repeat(emitter, name));
        }
        sweep(emitter, (body, column, active) -> {
            RowValues.Elements elements = values.new Elements(body, column, active);
            elements.store(wide);
        });
    }

    private boolean isSingle(Step.Store store) {
        return program.space().width() == 1 || store.access().isRowValue();
    }

    private void storeSingle(Emitter emitter, Step.Store store) {
        Access access = store.access();
        Value value = values.rowValue(store.name());
        if (program.buffers().get(access.buffer()).dtype() == DType.I32) {
            Value copied = values.integer(store.name());
            value = copied != null ? copied : new Value.Unary(UnaryOperator.TO_INT, value);
        } else if (store.accumulate()) {
            value = Emitter.plus(values.loadSingle(access), value);
        }
        emitter.add(new Statement.Store(buffers.get(access.buffer()), values.address(access), value));
    }

    private interface Sweep {
        void emit(Emitter emitter, Value column, int active);
    }

    private void sweep(Emitter emitter, Sweep body) {
        int width = program.space().width();
        int whole = width - width % lanes;
        if (whole > 0) {
            emitter.loop(
                    "column",
                    Emitter.integer(0),
                    Emitter.integer(whole),
                    lanes,
                    (inner, column) -> body.emit(inner, column, lanes));
        }
        if (whole < width) {
            body.emit(emitter, Emitter.integer(whole), width - whole);
        }
    }
}
