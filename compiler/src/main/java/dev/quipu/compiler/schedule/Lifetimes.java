package dev.quipu.compiler.schedule;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Lifetime;
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

    static Map<Tensor, Lifetime> of(Graph graph, List<Cluster> clusters) {
        Set<Tensor> results = new HashSet<>();
        graph.results().values().forEach(result -> results.add(Views.root(result)));
        Map<Tensor, Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < clusters.size(); i++) {
            for (Tensor input : clusters.get(i).inputs()) {
                Tensor root = Views.root(input);
                Lifetime life = lifetimes.get(root);
                if (life != null && life.death() < i) {
                    lifetimes.put(root, life.until(i));
                }
            }
            for (Tensor output : clusters.get(i).outputs()) {
                if (Views.root(output).equals(output) && !results.contains(output)) {
                    lifetimes.put(
                            output,
                            new Lifetime(MemoryPlan.slotBytes(output.type().bytes()), i, i));
                }
            }
        }
        return lifetimes;
    }
}
