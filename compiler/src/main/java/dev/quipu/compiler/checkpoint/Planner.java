package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.Planned;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From a joint graph's clusters to the graph that a request's plan makes of it. */
public final class Planner {
    private Planner() {}

    /** Decides, then rewrites the graph. A graph without a backward pass stays as it is. */
    public static Planned plan(Choices choices, PlanRequest request) {
        Graph graph = choices.graph();
        List<Cluster> clusters = choices.clusters();
        Decisions decisions = new Decisions(choices, request);
        Outcome outcome = outcome(choices, decisions, request);
        decisions.check(outcome, request.name());
        if (outcome.rebuilds().isEmpty()) {
            Map<Tensor, Tensor> same = new HashMap<>();
            outcome.kept().forEach(choice -> same.put(choice.tensor(), choice.tensor()));
            return new Planned(
                    graph, clusters, explain(request, choices, outcome, new Recomputation(graph, clusters, same, Map.of())));
        }
        Recomputation made = Recomputation.of(choices, outcome);
        return new Planned(made.graph(), made.clusters(), explain(request, choices, outcome, made));
    }

    /**
     * What less memory costs in time, when every choice is free.
     *
     * @param clusters of the graph before any plan, in order
     */
    public static Front front(Graph graph, List<Cluster> clusters) {
        return Fronts.of(Choices.of(graph, clusters), choice -> Decision.FREE).whole();
    }

    private static Outcome outcome(Choices choices, Decisions decisions, PlanRequest request) {
        if (!decisions.areFree()) {
            return choices.outcome(choice -> decisions.of(choice) == Decision.SAVE);
        }
        return choices.outcome(MinimumCut.of(choices, decisions::of)::contains);
    }

    private static CheckpointPlan explain(
            PlanRequest request, Choices choices, Outcome outcome, Recomputation made) {
        Set<Tensor> present = new HashSet<>();
        outcome.kept().forEach(choice -> present.add(choice.tensor()));
        outcome.rebuilds().forEach(rebuild -> present.addAll(rebuild.outputs()));
        List<CheckpointPlan.Saved> saved = new ArrayList<>();
        for (Choice choice : outcome.kept()) {
            saved.add(new CheckpointPlan.Saved(
                    choice, made.originals().get(choice.tensor()), choices.secondsToRebuild(choice, present)));
        }
        List<CheckpointPlan.Rebuilt> rebuilt = new ArrayList<>();
        for (Rebuild rebuild : outcome.rebuilds()) {
            for (Tensor output : rebuild.outputs()) {
                rebuilt.add(new CheckpointPlan.Rebuilt(
                        choices.choices().get(output), made.copies().get(output), rebuild));
            }
        }
        return new CheckpointPlan(request.name(), saved, rebuilt, outcome.seconds(), 0);
    }
}
