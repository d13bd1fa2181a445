package dev.quipu.compiler.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every plan there is, with the memory that each really takes: for few choices.
 *
 * @param outcomes the least time first, then the fewest bytes
 */
record ExhaustiveSearch(Choices choices, List<Outcome> outcomes) implements BudgetSearch {
    /** So many free choices have at most 4096 outcomes. */
    private static final int MOST_CHOICES = 12;

    /** The search, where few choices are free. */
    static Optional<BudgetSearch> of(Choices choices, Decisions decisions) {
        List<Choice> free = decisions.free();
        if (free.size() > MOST_CHOICES) {
            return Optional.empty();
        }
        Map<Set<Choice>, Outcome> outcomes = new LinkedHashMap<>();
        for (int bits = 0; bits < 1 << free.size(); bits++) {
            Set<Choice> kept = new HashSet<>();
            for (int i = 0; i < free.size(); i++) {
                if ((bits >> i & 1) == 1) {
                    kept.add(free.get(i));
                }
            }
            Outcome outcome = choices.outcome(choice -> kept.contains(choice) || decisions.of(choice) == Decision.SAVE);
            outcomes.putIfAbsent(Set.copyOf(outcome.kept()), outcome);
        }
        List<Outcome> sorted = new ArrayList<>(outcomes.values());
        sorted.sort(Comparator.comparingDouble(Outcome::seconds).thenComparingLong(Outcome::bytes));
        return Optional.of(new ExhaustiveSearch(choices, sorted));
    }

    @Override
    public Optional<Outcome> within(long budget) {
        return outcomes.stream()
                .filter(outcome -> Peak.bytes(choices, outcome) <= budget)
                .findFirst();
    }

    @Override
    public long leastBudget() {
        return outcomes.stream()
                .mapToLong(outcome -> Peak.bytes(choices, outcome))
                .min()
                .orElseThrow();
    }

    @Override
    public boolean isComplete() {
        return true;
    }
}
