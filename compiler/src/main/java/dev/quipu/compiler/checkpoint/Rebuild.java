package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Costs;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Part of a forward cluster that runs again.
 *
 * @param cluster of the forward pass
 * @param outputs what is rebuilt
 * @param launches the nodes that this takes, as kernels: one, or one for each node where the cluster's own form is lost
 */
public record Rebuild(Cluster cluster, List<Tensor> outputs, List<Cluster> launches) {
    public Rebuild {
        outputs = List.copyOf(outputs);
        launches = List.copyOf(launches);
    }

    /**
     * The least that has to run.
     *
     * @param outputs some of the cluster's outputs
     * @param kept those of its outputs that are in memory
     */
    public static Rebuild of(Cluster cluster, List<Tensor> outputs, Set<Tensor> kept) {
        Set<Node> own = new HashSet<>(cluster.nodes());
        Set<Node> needed = new HashSet<>();
        for (Tensor output : outputs) {
            collect(output.node(), own, kept, needed);
        }
        List<Node> nodes = cluster.nodes().stream().filter(needed::contains).toList();
        return new Rebuild(cluster, outputs, launches(cluster, nodes, outputs));
    }

    private static void collect(Node node, Set<Node> own, Set<Tensor> kept, Set<Node> needed) {
        if (needed.add(node)) {
            for (Tensor input : node.inputs()) {
                Tensor origin = Views.origin(input);
                if (own.contains(origin.node()) && !kept.contains(origin)) {
                    collect(origin.node(), own, kept, needed);
                }
            }
        }
    }

    private static List<Cluster> launches(Cluster cluster, List<Node> nodes, List<Tensor> outputs) {
        if (nodes.getFirst().equals(cluster.head())) {
            return List.of(new Cluster(cluster.kind(), nodes, outputs));
        }
        List<Cluster> alone = new ArrayList<>();
        for (Node node : nodes) {
            alone.add(Cluster.alone(node));
        }
        return alone;
    }

    /** Tensors that the launches read from elsewhere, in the order of reading, so that plans are the same in every run. */
    public Set<Tensor> inputs() {
        Set<Tensor> made = new HashSet<>();
        Set<Tensor> inputs = new LinkedHashSet<>();
        for (Cluster launch : launches) {
            launch.inputs().stream()
                    .map(Views::origin)
                    .filter(input -> !made.contains(input))
                    .forEach(inputs::add);
            made.addAll(launch.outputs());
        }
        return inputs;
    }

    /** Predicted time of one rebuilding, by {@link Costs}. */
    public double seconds() {
        return launches.stream().mapToDouble(Cluster::seconds).sum();
    }
}
