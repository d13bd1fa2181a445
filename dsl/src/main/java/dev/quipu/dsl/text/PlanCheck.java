package dev.quipu.dsl.text;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Site;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Whether a plan is one of its graph, told launch by launch in their order. */
final class PlanCheck {
    private final Graph graph;
    private final OptionalLong arena;
    private final int launches;
    private final Map<Integer, Integer> launchOf = new HashMap<>();
    private final Map<GraphPlan.Value, GraphPlan.Stored> known = new HashMap<>();
    /** By offset, what is still needed; and some that no longer is, until another one comes into its memory. */
    private final TreeMap<Long, GraphPlan.Stored> live = new TreeMap<>();

    private int launch = -1;

    /** @param launches how many there are in all */
    PlanCheck(Graph graph, OptionalLong arena, int launches) {
        this.graph = graph;
        this.arena = arena;
        this.launches = launches;
    }

    /** The next launch. */
    void begin() {
        launch++;
    }

    /** A node of the launch. */
    void node(int node) {
        require(node >= 0 && node < graph.nodes().size(), "a node of the graph", () -> "%" + node);
        Integer other = launchOf.putIfAbsent(node, launch);
        require(
                other == null,
                "a node that no other launch runs",
                () -> "%" + node + ", which runs in launch " + other);
    }

    /** A tensor that the launch stores. */
    void stored(GraphPlan.Stored stored) {
        GraphPlan.Value value = stored.value();
        boolean isOutput = Integer.valueOf(launch).equals(launchOf.get(value.node()))
                && value.output() >= 0
                && value.output() < graph.nodes().get(value.node()).types().size();
        require(isOutput, "an output of a node that this launch runs", value::toString);
        require(known.put(value, stored) == null, "each tensor once", () -> value + " again");
        fate(stored);
        if (stored.slot().isPresent()) {
            slot(stored, stored.slot().get());
        }
    }

    private void fate(GraphPlan.Stored stored) {
        Site.Pass pass = graph.nodes().get(stored.value().node()).site().pass();
        boolean fits = switch (stored.fate()) {
            case SAVED -> pass == Site.Pass.FORWARD;
            case RECOMPUTED -> pass == Site.Pass.RECOMPUTED;
            case PASSING -> pass != Site.Pass.RECOMPUTED;
        };
        Supplier<String> node = () -> stored.value() + " of a node that is " + PlanPrinter.word(pass);
        switch (stored.fate()) {
            case SAVED -> require(fits, "a saved tensor of the forward pass", node);
            case RECOMPUTED -> require(fits, "a recomputed tensor of a recomputed node", node);
            case PASSING -> require(fits, "recomputed, as its node is", () -> "passing");
        }
    }

    private void slot(GraphPlan.Stored stored, GraphPlan.Slot slot) {
        require(arena.isPresent(), "no slots in a plan without an arena", () -> "one");
        if (slot.bytes() > arena.getAsLong() || slot.offset() > arena.getAsLong() - slot.bytes()) {
            throw refusal(
                    "a slot inside the arena of " + arena.getAsLong() + " bytes",
                    slot.offset() + " for " + slot.bytes());
        }
        if (slot.until() < launch || slot.until() >= launches) {
            throw refusal("a last use from launch " + launch + " to " + (launches - 1), "until " + slot.until());
        }
        slot.over().ifPresent(over -> takeOver(slot, over));
        for (Map.Entry<Long, GraphPlan.Stored> below = live.lowerEntry(slot.end());
                below != null;
                below = live.lowerEntry(slot.end())) {
            GraphPlan.Stored other = below.getValue();
            GraphPlan.Slot held = other.slot().orElseThrow();
            if (held.until() >= launch) {
                if (held.end() > slot.offset()) {
                    throw refusal(
                            "memory that no other tensor needs at that time",
                            "that of " + other.value() + ", which is needed until launch " + held.until());
                }
                break; // those that are needed lie apart: the others end before it begins
            }
            live.remove(below.getKey());
        }
        live.put(slot.offset(), stored);
    }

    private void takeOver(GraphPlan.Slot slot, GraphPlan.Value over) {
        GraphPlan.Stored before = known.get(over);
        boolean fits = before != null
                && before.slot().isPresent()
                && before.slot().get().until() == launch
                && before.slot().get().offset() == slot.offset()
                && before.slot().get().bytes() == slot.bytes();
        require(
                fits && live.remove(slot.offset(), before),
                "over a tensor in the same memory whose last use is this launch",
                () -> "over " + over);
    }

    private void require(boolean holds, String expected, Supplier<String> found) {
        if (!holds) {
            throw refusal(expected, found.get());
        }
    }

    private QuipuException refusal(String expected, String found) {
        return QuipuException.of(expected, found, "launch " + launch, "");
    }
}
