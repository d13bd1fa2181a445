package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Graph;
import java.util.List;

/** A simplified graph, the kernels that it will run as, and what is kept between the passes. */
public record Planned(Graph graph, List<Cluster> clusters, CheckpointPlan plan) {
    public Planned {
        clusters = List.copyOf(clusters);
    }
}
