package dev.quipu.codegen.launch;

import dev.quipu.dsl.formula.Expression;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a launch's steps are to each other: which of their values are one number a row, and which wait for reductions. */
public final class StepGraph {
    private final List<Step> all;
    private final boolean single;
    private final Map<String, Step> steps = new HashMap<>();
    private final Map<String, Integer> depths = new HashMap<>();

    /**
     * The graph of a launch's steps.
     *
     * @param single whether a row has one element, so that all its values are one number a row
     */
    public StepGraph(List<Step> all, boolean single) {
        this.all = List.copyOf(all);
        this.single = single;
        for (Step step : all) {
            if (!(step instanceof Step.Store)) {
                steps.put(step.name(), step);
            }
        }
    }

    /** The load, map or reduction that gives a value; null for the column's number and the product's element. */
    public Step step(String name) {
        return steps.get(name);
    }

    /** Whether a value is one number a row. */
    public boolean isRowValue(String name) {
        return single
                || switch (steps.get(name)) {
                    case Step.Load load -> load.access().isRowValue();
                    case Step.Map map -> isRowValue(map.expression());
                    case Step.Reduce reduce -> true;
                    case Step.Store store -> throw new AssertionError("a store has no value");
                    case null -> false;
                };
    }

    /** Whether an expression's value is one number a row. */
    public boolean isRowValue(Expression expression) {
        return expression.names().stream().allMatch(this::isRowValue);
    }

    /** How many reductions, one after the other, a value waits for. */
    public int depth(String name) {
        Integer known = depths.get(name);
        if (known == null) {
            known = switch (steps.get(name)) {
                case Step.Map map -> depth(map.expression());
                case Step.Reduce reduce -> 1 + depth(reduce.expression());
                case Step.Load load -> 0;
                case Step.Store store -> throw new AssertionError("a store has no value");
                case null -> 0;
            };
            depths.put(name, known);
        }
        return known;
    }

    private int depth(Expression expression) {
        return expression.names().stream().mapToInt(this::depth).max().orElse(0);
    }

    /** How many sweeps over a row its reductions take. */
    public int layers() {
        return reductions().mapToInt(step -> depth(step.name())).max().orElse(0);
    }

    /** Reductions that one sweep does, from 1 on. */
    public List<Step.Reduce> reductions(int layer) {
        return reductions().filter(step -> depth(step.name()) == layer).toList();
    }

    private Stream<Step.Reduce> reductions() {
        return all.stream().filter(step -> step instanceof Step.Reduce).map(Step.Reduce.class::cast);
    }

    /** The stores in order. */
    public List<Step.Store> stores() {
        return all.stream()
                .filter(step -> step instanceof Step.Store)
                .map(Step.Store.class::cast)
                .toList();
    }

    /** Whether a step loads from a buffer. */
    public boolean isLoaded(int buffer) {
        return all.stream()
                .anyMatch(
                        step -> step instanceof Step.Load load && load.access().buffer() == buffer);
    }

    /** The places that steps load from and store to, each once. */
    public List<Access> accesses() {
        Stream<Access> accesses = all.stream().flatMap(step -> switch (step) {
            case Step.Load load -> Stream.of(load.access());
            case Step.Store store -> Stream.of(store.access());
            case Step.Map map -> Stream.empty();
            case Step.Reduce reduce -> Stream.empty();
        });
        return accesses.distinct().toList();
    }
}
