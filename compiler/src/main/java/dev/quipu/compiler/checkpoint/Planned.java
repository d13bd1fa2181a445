package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.Lazy;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Graph;
import java.util.List;
import java.util.function.Supplier;

/** A simplified graph, the kernels that it will run as, and what is kept between the passes. */
public final class Planned {
    private final Graph graph;
    private final List<Cluster> clusters;
    private final Supplier<CheckpointPlan> plan;

    /** @param plan is asked when somebody looks */
    Planned(Graph graph, List<Cluster> clusters, Supplier<CheckpointPlan> plan) {
        this.graph = graph;
        this.clusters = List.copyOf(clusters);
        this.plan = new Lazy<>(plan);
    }

    public Graph graph() {
        return graph;
    }

    public List<Cluster> clusters() {
        return clusters;
    }

    public CheckpointPlan plan() {
        return plan.get();
    }
}
