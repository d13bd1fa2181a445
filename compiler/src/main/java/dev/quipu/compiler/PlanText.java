package dev.quipu.compiler;

import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.text.GraphPlan;
import dev.quipu.dsl.text.PlannedGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A stage with a plan in the form that {@link dev.quipu.dsl.text.GraphText} prints and reads. */
final class PlanText {
    private final Map<Node, Integer> positions;
    private final Map<Tensor, MemoryPlan.Slot> slots;
    private final Set<Tensor> saved = new HashSet<>();

    private PlanText(Graph graph, CheckpointPlan plan, Map<Tensor, MemoryPlan.Slot> slots) {
        this.positions = graph.positions();
        this.slots = slots;
        plan.saved().forEach(kept -> saved.add(kept.tensor()));
    }

    /** Clusters in their order, without memory. */
    static PlannedGraph of(Planned planned) {
        PlanText text = new PlanText(planned.graph(), planned.plan(), Map.of());
        return text.of(planned.graph(), planned.plan(), OptionalLong.empty(), planned.clusters());
    }

    /** Launches with the memory of what they store. */
    static PlannedGraph of(Compiled compiled) {
        MemoryPlan memory = compiled.scheduled().memory();
        CheckpointPlan plan = compiled.planned().plan();
        Graph graph = compiled.scheduled().graph();
        PlanText text = new PlanText(graph, plan, memory.slots());
        return text.of(
                graph,
                plan,
                OptionalLong.of(memory.bytes()),
                compiled.scheduled().clusters());
    }

    private PlannedGraph of(Graph graph, CheckpointPlan plan, OptionalLong arena, List<Cluster> clusters) {
        List<GraphPlan.Launch> launches = clusters.stream().map(this::launch).toList();
        return new PlannedGraph(graph, new GraphPlan(plan.name(), arena, launches));
    }

    private GraphPlan.Launch launch(Cluster cluster) {
        return new GraphPlan.Launch(
                cluster.kind().name().toLowerCase(Locale.ROOT),
                cluster.nodes().stream().map(positions::get).toList(),
                cluster.outputs().stream().map(this::stored).toList());
    }

    private GraphPlan.Stored stored(Tensor tensor) {
        Optional<GraphPlan.Slot> slot = Optional.ofNullable(slots.get(tensor))
                .map(found -> new GraphPlan.Slot(
                        found.offset(),
                        found.bytes(),
                        found.death(),
                        found.life().over().map(this::value)));
        return new GraphPlan.Stored(value(tensor), fate(tensor), slot);
    }

    private GraphPlan.Fate fate(Tensor tensor) {
        if (saved.contains(tensor)) {
            return GraphPlan.Fate.SAVED;
        }
        return tensor.node().site().pass() == Site.Pass.RECOMPUTED ? GraphPlan.Fate.RECOMPUTED : GraphPlan.Fate.PASSING;
    }

    private GraphPlan.Value value(Tensor tensor) {
        return GraphPlan.Value.of(tensor, positions);
    }
}
