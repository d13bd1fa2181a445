package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.schedule.Scheduled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** All plans of a graph of few choices, with what each costs: every subset of the choices is tried as the ones to keep. */
record BruteForce(List<Plan> plans) {
    /**
     * One plan.
     *
     * @param memory bytes of its arena
     */
    record Plan(Outcome outcome, long kept, double seconds, long memory) {}

    static BruteForce of(Choices choices) {
        return new BruteForce(outcomes(choices, subsets(choices), choice -> false).stream()
                .map(outcome -> plan(choices, outcome))
                .toList());
    }

    private static Plan plan(Choices choices, Outcome outcome) {
        Recomputation made = Recomputation.of(choices, outcome);
        long memory = Scheduled.of(made.graph(), made.clusters()).memory().bytes();
        return new Plan(outcome, outcome.bytes(), outcome.seconds(), memory);
    }

    /**
     * What follows from each subset.
     *
     * @param always is kept in any case
     */
    static List<Outcome> outcomes(Choices choices, List<Choice> subsets, Predicate<Choice> always) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int bits = 0; bits < 1 << subsets.size(); bits++) {
            Set<Choice> kept = new HashSet<>();
            for (int i = 0; i < subsets.size(); i++) {
                if ((bits & 1 << i) != 0) {
                    kept.add(subsets.get(i));
                }
            }
            outcomes.add(choices.outcome(choice -> always.test(choice) || kept.contains(choice)));
        }
        return outcomes;
    }

    /** The choices that matter: that something may need, and that are not kept in any case. */
    static List<Choice> subsets(Choices choices) {
        return choices.asked().keySet().stream()
                .filter(choice -> !choice.blockInput())
                .toList();
    }

    long leastMemory() {
        return plans.stream().mapToLong(Plan::memory).min().orElseThrow();
    }

    double leastSeconds(Predicate<Plan> allowed) {
        return plans.stream().filter(allowed).mapToDouble(Plan::seconds).min().orElse(Double.POSITIVE_INFINITY);
    }
}
