package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ElementLowering;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Step;
import dev.quipu.codegen.launch.StepGraph;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.formula.Expression;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values of a launch's steps within one row: numbers of the row, computed once, and numbers of its elements, computed
 * anew in every loop that needs them.
 */
final class RowValues {
    private final List<Buffer> layout;
    private final List<Value.Variable> buffers;
    private final int lanes;
    private final int width;
    private final StepGraph graph;
    private final Map<String, Value> rowValues = new HashMap<>();
    private final Map<String, Value> repeated = new HashMap<>();
    private final Map<Access, Value> addresses = new HashMap<>();

    RowValues(List<Buffer> layout, List<Value.Variable> buffers, List<Step> steps, int lanes, int width) {
        this.layout = layout;
        this.buffers = buffers;
        this.lanes = lanes;
        this.width = width;
        this.graph = new StepGraph(steps, width == 1);
    }

    /** Whether a name is one number a row. */
    boolean isRowValue(String name) {
        return graph.isRowValue(name);
    }

    void defineRow(String name, Value value) {
        rowValues.put(name, value);
    }

    Value rowValue(String name) {
        return name.equals(Step.COLUMN) ? Emitter.number(0, 1) : rowValues.get(name);
    }

    void defineAddress(Access access, Value address) {
        addresses.put(access, address);
    }

    Value address(Access access) {
        return addresses.get(access);
    }

    /** One element, or one number a row, as a float. */
    Value loadSingle(Access access) {
        boolean floats = layout.get(access.buffer()).dtype().isReal();
        Value loaded = new Value.Load(
                floats ? KernelType.FLOAT : KernelType.INT, buffers.get(access.buffer()), addresses.get(access));
        return floats ? loaded : new Value.Unary(UnaryOperator.TO_FLOAT, loaded);
    }

    /** An integer that a load reads, one a row, as it is; null for anything else. */
    Value integer(String name) {
        return graph.step(name) instanceof Step.Load load
                        && layout.get(load.access().buffer()).dtype() == DType.I32
                        && isRowValue(name)
                ? new Value.Load(KernelType.INT, buffers.get(load.access().buffer()), addresses.get(load.access()))
                : null;
    }

    /** Names of row values that an expression needs inside an element loop, through its maps. */
    Set<String> rowNames(Expression expression) {
        Set<String> found = new HashSet<>();
        for (String name : expression.names()) {
            if (isRowValue(name)) {
                found.add(name);
            } else if (graph.step(name) instanceof Step.Map map) {
                found.addAll(rowNames(map.expression()));
            }
        }
        return found;
    }

    /** Puts a row value into all lanes, before the loops. */
    void repeat(Emitter emitter, String name) {
        repeated.computeIfAbsent(
                name,
                key -> lanes == 1
                        ? rowValue(name)
                        : emitter.let(name + "_all", new Value.Splat(rowValue(name), lanes)));
    }

    /** The values of one place in an element loop. */
    final class Elements {
        private final Emitter emitter;
        private final Value column;
        private final int active;
        private final JvmFunctions functions;
        private final Map<String, Value> known = new HashMap<>();

        /**
         * @param column INT, the first lane's column
         * @param active lanes that lie within the row
         */
        Elements(Emitter emitter, Value column, int active) {
            this.emitter = emitter;
            this.functions = new JvmFunctions(emitter, lanes);
            this.column = column;
            this.active = active;
        }

        /** A value that the caller provides: the product's element in an epilogue. */
        void define(String name, Value value) {
            known.put(name, value);
        }

        Value lower(Expression expression) {
            return new ElementLowering(functions, this::value).lower(expression);
        }

        Value value(String name) {
            Value value = known.get(name);
            if (value == null) {
                value = make(name);
                known.put(name, value);
            }
            return value;
        }

        private Value make(String name) {
            if (name.equals(Step.COLUMN)) {
                Value first = new Value.Unary(UnaryOperator.TO_FLOAT, column);
                return lanes == 1
                        ? first
                        : emitter.let(name, Emitter.plus(new Value.LaneNumbers(lanes), new Value.Splat(first, lanes)));
            }
            if (isRowValue(name)) {
                return repeated.get(name);
            }
            return switch (graph.step(name)) {
                case Step.Load load -> emitter.let(name, load(load.access()));
                case Step.Map map -> emitter.let(name, lower(map.expression()));
                case Step.Reduce reduce -> throw new AssertionError(name + " is a row's value");
                case Step.Store store -> throw new AssertionError("a store has no value");
            };
        }

        private Value load(Access access) {
            Value raw = loadRaw(access);
            return raw.type().kind() == KernelType.Kind.FLOAT ? raw : new Value.Unary(UnaryOperator.TO_FLOAT, raw);
        }

        private Value loadRaw(Access access) {
            KernelType type =
                    layout.get(access.buffer()).dtype().isReal() ? KernelType.floats(lanes) : KernelType.ints(lanes);
            return new Value.Load(type, buffers.get(access.buffer()), address(access), active);
        }

        private Value address(Access access) {
            long stride = access.columnStride() * Float.BYTES;
            boolean fitsInt = stride * width <= Integer.MAX_VALUE;
            Value offset = Emitter.times(fitsInt ? column : Emitter.toLong(column), stride);
            Value base = addresses.get(access);
            return base instanceof Value.Literal literal && literal.value() == 0
                    ? offset
                    : Emitter.plus(base, Emitter.toLong(offset));
        }

        /** Writes steps' values. All are computed first: what one of them overwrites another may have to load. */
        void store(List<Step.Store> stores) {
            stores.stream().filter(store -> !isInteger(store)).forEach(store -> value(store.name()));
            stores.forEach(this::store);
        }

        private boolean isInteger(Step.Store store) {
            return layout.get(store.access().buffer()).dtype() == DType.I32;
        }

        /** Integers that are only copied stay integers. */
        private void store(Step.Store store) {
            Access access = store.access();
            Value.Variable memory = buffers.get(access.buffer());
            Value value;
            if (isInteger(store)) {
                value = integers(store.name());
            } else {
                value = store.accumulate() ? Emitter.plus(loadRaw(access), value(store.name())) : value(store.name());
            }
            emitter.add(new Statement.Store(memory, address(access), value, active));
        }

        private Value integers(String name) {
            Value single = integer(name);
            if (single != null) {
                return lanes == 1 ? single : new Value.Splat(single, lanes);
            }
            boolean copied = graph.step(name) instanceof Step.Load load
                    && layout.get(load.access().buffer()).dtype() == DType.I32;
            return copied
                    ? loadRaw(((Step.Load) graph.step(name)).access())
                    : new Value.Unary(UnaryOperator.TO_INT, value(name));
        }
    }
}
