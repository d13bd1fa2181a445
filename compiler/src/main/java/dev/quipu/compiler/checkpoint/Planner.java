package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From a joint graph's clusters to the graph that a request's plan makes of it. */
public final class Planner {
    private static final double MEBIBYTE = 1 << 20;

    private Planner() {}

    /**
     * Decides, then rewrites the graph. A graph without a backward pass stays as it is, whatever is asked for, and so does one of
     * which all is kept; what that plan is called and costs is found when somebody asks.
     */
    public static Planned plan(Choices choices, PlanRequest asked) {
        return asked.keepsAll()
                ? new Planned(
                        choices.graph(),
                        choices.clusters(),
                        () -> decided(choices, asked).plan())
                : decided(choices, asked);
    }

    private static Planned decided(Choices choices, PlanRequest asked) {
        boolean decides = choices.all().stream().anyMatch(Choice::isNeeded);
        PlanRequest request = decides ? asked : PlanRequest.of(asked.name(), Policy.SAVE_ALL);
        Graph graph = choices.graph();
        List<Cluster> clusters = choices.clusters();
        Decisions decisions = new Decisions(choices, request);
        Found found = find(choices, decisions, request);
        Outcome outcome = found.outcome();
        decisions.check(outcome, request.name());
        if (outcome.rebuilds().isEmpty()) {
            Map<Tensor, Tensor> same = new HashMap<>();
            outcome.kept().forEach(choice -> same.put(choice.tensor(), choice.tensor()));
            CheckpointPlan plan = explain(request, choices, found, new Recomputation(graph, clusters, same, Map.of()));
            return new Planned(graph, clusters, () -> plan);
        }
        Recomputation made = Recomputation.of(choices, outcome);
        CheckpointPlan plan = explain(request, choices, found, made);
        return new Planned(made.graph(), made.clusters(), () -> plan);
    }

    /**
     * What less memory costs in time, when every choice is free.
     *
     * @param clusters of the graph before any plan, in order
     */
    public static Front front(Graph graph, List<Cluster> clusters) {
        return Fronts.of(Choices.of(graph, clusters), choice -> Decision.FREE).whole();
    }

    /** What was decided, and a time that no plan of as little memory can beat. */
    private record Found(Outcome outcome, double leastSeconds) {}

    private static Found find(Choices choices, Decisions decisions, PlanRequest request) {
        Fronts fronts = Fronts.of(choices, choice -> Decision.FREE);
        if (request.budget().isPresent()) {
            return within(choices, decisions, fronts, request.budget().getAsLong());
        }
        Outcome outcome = decisions.free().isEmpty()
                ? choices.outcome(choice -> decisions.of(choice) == Decision.SAVE)
                : choices.outcome(MinimumCut.of(choices, decisions::of)::contains);
        return new Found(outcome, LowerBound.ofKeeping(fronts, outcome.bytes()));
    }

    private static Found within(Choices choices, Decisions decisions, Fronts fronts, long budget) {
        BudgetSearch search = BudgetSearch.of(choices, decisions);
        Outcome outcome = search.within(budget).orElseThrow(() -> {
            long least = search.leastBudget();
            return QuipuException.of(
                    "a budget of at least %d bytes (%.1f MiB)".formatted(least, Math.ceil(least * 10 / MEBIBYTE) / 10),
                    "%d bytes (%.1f MiB)".formatted(budget, budget / MEBIBYTE),
                    "plan",
                    "");
        });
        boolean proven = search.isComplete() && decisions.areAllFree();
        return new Found(outcome, proven ? outcome.seconds() : LowerBound.within(choices, fronts, budget));
    }

    private static CheckpointPlan explain(PlanRequest request, Choices choices, Found found, Recomputation made) {
        Outcome outcome = found.outcome();
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
        return new CheckpointPlan(
                request.name(), saved, rebuilt, outcome.seconds(), bound(found.leastSeconds(), outcome.seconds()));
    }

    /** The two are sums of the same numbers in different orders, so the last bits may differ. */
    private static double bound(double least, double seconds) {
        if (least > seconds * (1 + 1e-9)) {
            throw new AssertionError("a plan of " + seconds + " s lies below its bound of " + least + " s");
        }
        return Math.min(least, seconds);
    }
}
