package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Times that no plan can beat: what the front of all choices says of the bytes that a plan may keep at most. */
final class LowerBound {
    private LowerBound() {}

    /** For any plan that keeps at most so many bytes. */
    static double ofKeeping(Fronts fronts, long bytes) {
        return fronts.isExact() ? fronts.whole().leastSeconds(bytes) : 0;
    }

    /**
     * For any plan whose memory is within a budget: the largest of the bounds of all moments of the backward pass. Whatever the
     * plan, at each moment those kept tensors are live that were made before and have a reader later, and so are tensors that
     * no plan decides about, gradients above all. The rest of what the front counts may be gone or not be there yet.
     */
    static double within(Choices choices, Fronts fronts, long budget) {
        if (!fronts.isExact()) {
            return 0;
        }
        Front front = fronts.whole();
        long[] capacities = capacities(choices, budget);
        double least = 0;
        for (int i = 0; i < capacities.length; i++) {
            if (!choices.clusters().get(i).isForward()) {
                least = Math.max(least, front.leastSeconds(capacities[i]));
            }
        }
        return least;
    }

    /** What can be kept in all, by the launch of the original order that is about to run. */
    private static long[] capacities(Choices choices, long budget) {
        List<Cluster> clusters = choices.clusters();
        Map<Cluster, Integer> places = new HashMap<>();
        Map<Tensor, Integer> deaths = new HashMap<>();
        for (int i = 0; i < clusters.size(); i++) {
            int place = i;
            places.put(clusters.get(i), i);
            clusters.get(i).inputs().forEach(input -> deaths.put(Views.root(input), place));
        }
        Set<Tensor> results = new HashSet<>();
        choices.graph().results().values().forEach(result -> results.add(Views.root(result)));
        Map<Choice, Integer> asked = choices.asked();
        long[] changes = new long[clusters.size() + 1];
        changes[0] = budget;
        for (int i = 0; i < clusters.size(); i++) {
            for (Tensor output : clusters.get(i).outputs()) {
                Choice choice = choices.choices().get(output);
                if (choice != null && asked.containsKey(choice)) {
                    // the front counts it; in the arena it is live until its last backward reader, or what is rebuilt
                    // from it
                    int death = choice.isNeeded() ? places.get(choice.readers().getLast()) : asked.get(choice);
                    boolean live = death > i && !results.contains(output);
                    changes[0] += choice.bytes();
                    changes[i + 1] -= live ? choice.bytes() : 0;
                    changes[death + 1] += live ? choice.bytes() : 0;
                } else if (!results.contains(output) && Views.root(output).equals(output)) {
                    long bytes = MemoryPlan.slotBytes(output.type().bytes());
                    changes[i + 1] -= bytes;
                    changes[Math.max(deaths.getOrDefault(output, i), i) + 1] += bytes;
                }
            }
        }
        long[] capacities = new long[clusters.size()];
        long capacity = 0;
        for (int i = 0; i < capacities.length; i++) {
            capacity += changes[i];
            capacities[i] = capacity;
        }
        return capacities;
    }
}
