package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.ElementLowering;
import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.kernel.Value.UnaryOperator;
import dev.quipu.codegen.launch.Access;
import dev.quipu.codegen.launch.Space;
import dev.quipu.codegen.launch.Step;
import dev.quipu.codegen.launch.StepGraph;
import dev.quipu.dsl.formula.Expression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values of a launch's steps as one work-item computes them: numbers of a row, once, and numbers of its elements. What the
 * caller provides (a reduction's total, a product's element) it defines by name before anything asks for it.
 */
final class StepValues {
    private final Memories memories;
    private final Space space;
    private final StepGraph graph;
    private final List<Step> steps;

    StepValues(Memories memories, Space space, List<Step> steps) {
        this.memories = memories;
        this.space = space;
        this.steps = List.copyOf(steps);
        this.graph = new StepGraph(steps, false);
    }

    StepGraph graph() {
        return graph;
    }

    /** Stores of a number for each element. */
    List<Step.Store> elementStores() {
        return graph.stores().stream().filter(store -> !isOfRow(store)).toList();
    }

    /** Stores of one number a row, which one work-item is to do; see {@link Row#store}. */
    List<Step.Store> rowStores() {
        return graph.stores().stream().filter(this::isOfRow).toList();
    }

    private boolean isOfRow(Step.Store store) {
        return store.access().isRowValue() && space.width() > 1;
    }

    /** The values of a row that wait for no reduction; statements go to the emitter. The row's number is INT and exists. */
    Row row(Emitter emitter, Value number) {
        return new Row(emitter, number);
    }

    /** The values of one row. */
    final class Row {
        private final RowPlaces places;
        private final Map<Access, Value> at = new HashMap<>();
        private final Map<String, Value> known = new HashMap<>();
        private final Map<String, Value> integers = new HashMap<>();

        private Row(Emitter emitter, Value number) {
            this.places = new RowPlaces(emitter, space, memories, number);
            graph.accesses().forEach(access -> at.put(access, places.of(access)));
            for (Step step : steps) {
                if (step instanceof Step.Load load && graph.isRowValue(load.name())) {
                    Value loaded =
                            emitter.let(load.name(), memories.load(load.access().buffer(), at.get(load.access())));
                    known.put(load.name(), asFloat(loaded, load.name(), integers));
                }
            }
            map(emitter, 0);
        }

        /** Computes the row's values that wait for reductions up to a layer, whose totals are defined. */
        void map(Emitter into, int layer) {
            for (Step step : steps) {
                if (step instanceof Step.Map map && graph.isRowValue(map.name()) && graph.depth(map.name()) == layer) {
                    Value value = new ElementLowering(new GpuFunctions(into), this::value).lower(map.expression());
                    known.put(map.name(), into.let(map.name(), value));
                }
            }
        }

        void define(String name, Value value) {
            known.put(name, value);
        }

        private Value value(String name) {
            Value value = known.get(name);
            if (value == null) {
                throw new AssertionError(name + " is not known yet, or no number of a row");
            }
            return value;
        }

        /** Whether the place of a row that a position moves exists; nothing where rows are stored unmoved. */
        Optional<Value> exists() {
            return graph.stores().stream()
                    .map(Step.Store::access)
                    .filter(Access::isMoved)
                    .findFirst()
                    .map(places::exists);
        }

        /** Writes the row's own numbers. */
        void store(Emitter into) {
            new Element(this, into, Emitter.integer(0)).store(rowStores());
        }

        /** The values of an element; statements go to the emitter. The column is INT, a variable or a literal. */
        Element element(Emitter into, Value column) {
            return new Element(this, into, column);
        }
    }

    /** The values of one element. */
    final class Element {
        private final Row row;
        private final Emitter emitter;
        private final Value column;
        private final GpuFunctions functions;
        private final Map<String, Value> known = new HashMap<>();
        private final Map<String, Value> integers = new HashMap<>();

        private Element(Row row, Emitter emitter, Value column) {
            this.row = row;
            this.emitter = emitter;
            this.column = column;
            this.functions = new GpuFunctions(emitter);
        }

        void define(String name, Value value) {
            known.put(name, value);
        }

        Value lower(Expression expression) {
            return new ElementLowering(functions, this::value).lower(expression);
        }

        /** A step's value: a float. */
        Value value(String name) {
            if (!known.containsKey(name)) {
                known.put(name, make(name));
            }
            return known.get(name);
        }

        private Value make(String name) {
            if (row.known.containsKey(name)) {
                return row.known.get(name);
            }
            if (name.equals(Step.COLUMN)) {
                return emitter.let(name + "_number", new Value.Unary(UnaryOperator.TO_FLOAT, column));
            }
            return switch (graph.step(name)) {
                case Step.Load load -> asFloat(emitter.let(name, load(load.access())), name, integers);
                case Step.Map map -> emitter.let(name, lower(map.expression()));
                case Step.Reduce reduce -> throw new AssertionError(name + " is not reduced yet");
                case Step.Store store -> throw new AssertionError("a store has no value");
                case null -> throw new AssertionError("nobody defined " + name);
            };
        }

        private Value load(Access access) {
            return memories.load(access.buffer(), place(access));
        }

        private Value place(Access access) {
            return Emitter.plus(row.at.get(access), Emitter.times(column, access.columnStride()));
        }

        /** Writes every element's values of the launch. */
        void store() {
            store(elementStores());
        }

        /** All values are computed first: what one store overwrites another may have to load. */
        private void store(List<Step.Store> stores) {
            List<Value> values = new ArrayList<>();
            stores.forEach(store -> values.add(stored(store)));
            for (int i = 0; i < stores.size(); i++) {
                Access access = stores.get(i).access();
                emitter.add(memories.store(access.buffer(), place(access), values.get(i)));
            }
        }

        /** Integers that are only copied stay integers. */
        private Value stored(Step.Store store) {
            Value value = value(store.name());
            if (!memories.isInteger(store.access().buffer())) {
                return store.accumulate() ? emitter.let("total", Emitter.plus(load(store.access()), value)) : value;
            }
            if (store.accumulate()) {
                throw new AssertionError("a sum of integers: " + store);
            }
            Value copied = integers.getOrDefault(store.name(), row.integers.get(store.name()));
            return copied != null ? copied : new Value.Unary(UnaryOperator.TO_INT, value);
        }
    }

    private static Value asFloat(Value loaded, String name, Map<String, Value> integers) {
        if (loaded.type().equals(KernelType.FLOAT)) {
            return loaded;
        }
        integers.put(name, loaded);
        return new Value.Unary(UnaryOperator.TO_FLOAT, loaded);
    }
}
