package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.memory.MemoryPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A search over the fronts of all groups: blocks one after the other, with the peaks that {@link BlockPeaks} measured, then held
 * against the memory that the whole plan really takes.
 *
 * <p>When the backward pass comes to a block, what earlier blocks keep is there, and what later ones kept is gone. So a plan
 * fits when for each block the sum of what earlier ones keep and of the block's own peak does.
 */
final class LayeredSearch implements BudgetSearch {
    /** Limits that plans are sought for, from nothing to what keeping everything takes. */
    private static final int RUNGS = 8192;

    /** So many neighbouring limits are tried below a budget; then one of so many. */
    private static final int NEIGHBOURS = 32;

    /** So often the distance between a limit that can and one that cannot be met is halved. */
    private static final int HALVINGS = 12;

    /** A plan and what it takes. */
    private record Found(Outcome outcome, long bytes) {}

    private final Choices choices;
    private final Decisions decisions;
    private final Chain chain;
    private final ChainPlans plans;
    /** Plans of policies, for what is free: no budget's plan is slower than one of these that fits. */
    private final List<Found> plain;

    private final Map<ChainPlans.Selection, Found> known = new HashMap<>();

    private LayeredSearch(Choices choices, Decisions decisions) {
        this.choices = choices;
        this.decisions = decisions;
        chain = Chain.of(choices, decisions::of);
        plans = new ChainPlans(chain, BlockPeaks.of(choices, chain, this::outcome));
        Set<Choice> cut = MinimumCut.of(choices, by(Policy.MINIMUM_CUT));
        plain = Stream.<Predicate<Choice>>of(
                        choice -> by(Policy.SAVE_ALL).apply(choice) == Decision.SAVE,
                        choice -> by(Policy.PAPER).apply(choice) == Decision.SAVE,
                        cut::contains)
                .map(choices::outcome)
                .map(outcome -> new Found(outcome, Peak.bytes(choices, outcome)))
                .toList();
    }

    /** What a policy says about what is free. */
    private Function<Choice, Decision> by(Policy policy) {
        return choice -> decisions.of(choice) == Decision.FREE ? policy.decide(choice) : decisions.of(choice);
    }

    static LayeredSearch of(Choices choices, Decisions decisions) {
        return new LayeredSearch(choices, decisions);
    }

    private Outcome outcome(ChainPlans.Selection selection) {
        Set<Choice> kept = chain.kept(selection);
        return choices.outcome(choice -> kept.contains(choice) || decisions.of(choice) == Decision.SAVE);
    }

    private Found find(ChainPlans.Selection selection) {
        return known.computeIfAbsent(selection, key -> {
            Outcome outcome = outcome(key);
            return new Found(outcome, Peak.bytes(choices, outcome));
        });
    }

    /** The fastest of the plans that the peaks of blocks suggest and of those that need no search. */
    @Override
    public Optional<Outcome> within(long budget) {
        List<Found> candidates = new ArrayList<>(plain);
        candidates.add(least());
        suggested(budget).ifPresent(candidates::add);
        return candidates.stream()
                .filter(found -> found.bytes() <= budget)
                .min(Comparator.comparingDouble((Found found) -> found.outcome().seconds())
                        .thenComparingLong(Found::bytes))
                .map(Found::outcome);
    }

    /**
     * The plan for the highest limit whose plan fits. Where slots pack tightly that is the first one tried. Limits are rungs of
     * one ladder, whatever the budget, so that a larger budget never ends below what a smaller one reached.
     */
    private Optional<Found> suggested(long budget) {
        long step = MemoryPlan.slotBytes(plain.getFirst().bytes() / RUNGS);
        long rung = Math.min(budget / step, RUNGS);
        for (int i = 0; rung > 0; i++) {
            Optional<Found> found = plans.within(rung * step).map(this::find);
            if (found.isEmpty() || found.get().bytes() <= budget) {
                return found;
            }
            rung = i < NEIGHBOURS ? rung - 1 : (rung - 1) / NEIGHBOURS * NEIGHBOURS;
        }
        return Optional.empty();
    }

    @Override
    public long leastBudget() {
        return Stream.concat(plain.stream(), Stream.of(least()))
                .mapToLong(Found::bytes)
                .min()
                .orElseThrow();
    }

    @Override
    public boolean isComplete() {
        return false;
    }

    /** The plan with the lowest peaks, or the one that keeps the fewest bytes, whichever takes less memory. */
    private Found least() {
        ChainPlans.Selection fewest = plans.fewestBytes();
        long enough = plans.peak(fewest);
        long missing = 0;
        ChainPlans.Selection lowest = fewest;
        for (int i = 0; i < HALVINGS; i++) {
            long middle = missing + (enough - missing) / 2;
            Optional<ChainPlans.Selection> selection = plans.within(middle);
            if (selection.isPresent()) {
                lowest = selection.get();
                enough = middle;
            } else {
                missing = middle;
            }
        }
        Found low = find(lowest);
        Found few = find(fewest);
        return low.bytes() < few.bytes() ? low : few;
    }
}
