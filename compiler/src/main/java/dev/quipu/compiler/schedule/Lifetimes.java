package dev.quipu.compiler.schedule;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From when to when each stored tensor is needed. Results live outside the arena and have no lifetime in it. */
final class Lifetimes {
    private Lifetimes() {}

    static Map<Tensor, MemoryPlan.Slot> of(Graph graph, List<Cluster> clusters) {
        Set<Tensor> results = new HashSet<>();
        graph.results().values().forEach(result -> results.add(Views.root(result)));
        Map<Tensor, MemoryPlan.Slot> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < clusters.size(); i++) {
            for (Tensor input : clusters.get(i).inputs()) {
                extend(lifetimes, Views.root(input), i);
            }
            for (Tensor output : clusters.get(i).outputs()) {
                if (Views.root(output).equals(output) && !results.contains(output)) {
                    long bytes = MemoryPlan.slotBytes(output.type().bytes());
                    lifetimes.put(output, new MemoryPlan.Slot(0, bytes, i, i));
                }
            }
        }
        return lifetimes;
    }

    private static void extend(Map<Tensor, MemoryPlan.Slot> lifetimes, Tensor tensor, int index) {
        lifetimes.computeIfPresent(
                tensor, (key, slot) -> new MemoryPlan.Slot(slot.offset(), slot.bytes(), slot.birth(), index));
    }
}
