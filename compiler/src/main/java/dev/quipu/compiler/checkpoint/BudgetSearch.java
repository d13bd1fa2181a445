package dev.quipu.compiler.checkpoint;

import java.util.Optional;

/** Looks for the plan that takes the least time among those that fit a budget. */
sealed interface BudgetSearch permits ExhaustiveSearch, LayeredSearch {
    /** The search that suits the number of choices. */
    static BudgetSearch of(Choices choices, Decisions decisions) {
        return ExhaustiveSearch.of(choices, decisions).orElseGet(() -> LayeredSearch.of(choices, decisions));
    }

    /**
     * A plan whose memory is at most the budget.
     *
     * @param budget in bytes
     */
    Optional<Outcome> within(long budget);

    /** The smallest budget that {@link #within} can meet. */
    long leastBudget();

    /** Whether no plan within a budget takes less time than the one that is found. */
    boolean isComplete();
}
