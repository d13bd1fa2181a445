package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which forward tensors stay in memory until the backward pass reads them.
 *
 * @param saved in the order in which they are made
 */
public record CheckpointPlan(List<Saved> saved) {
    /**
     * A tensor that is kept.
     *
     * @param readers the backward clusters that need it
     */
    public record Saved(Tensor tensor, List<Cluster> readers) {
        public long bytes() {
            return tensor.type().bytes();
        }
    }

    public CheckpointPlan {
        saved = List.copyOf(saved);
    }

    /** Keeps every forward tensor that a backward rule needs; nothing is computed twice. */
    public static CheckpointPlan saveAll(List<Cluster> clusters) {
        Map<Tensor, List<Cluster>> readers = new LinkedHashMap<>();
        Set<Tensor> forward = new HashSet<>();
        for (Cluster cluster : clusters) {
            if (cluster.head().site().pass() == Site.Pass.FORWARD) {
                // a kernel of both passes, such as a loss with its gradient, keeps only what the forward pass made
                cluster.outputs().stream().filter(CheckpointPlan::isForward).forEach(forward::add);
                continue;
            }
            for (Tensor input : cluster.inputs()) {
                Tensor origin = Views.origin(input);
                if (forward.contains(origin)) {
                    readers.computeIfAbsent(origin, tensor -> new ArrayList<>()).add(cluster);
                }
            }
        }
        List<Saved> saved = new ArrayList<>();
        readers.forEach((tensor, clustersThatRead) -> saved.add(new Saved(tensor, List.copyOf(clustersThatRead))));
        return new CheckpointPlan(saved);
    }

    private static boolean isForward(Tensor tensor) {
        return tensor.node().site().pass() == Site.Pass.FORWARD;
    }

    /** Bytes that are kept between the passes. */
    public long bytes() {
        return saved.stream().mapToLong(Saved::bytes).sum();
    }
}
