package dev.quipu.compiler.checkpoint;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a training step is asked to keep. The policy decides; what it leaves free is decided for the least time that fits the
 * budget, or, where there is none, for the fewest bytes.
 *
 * @param name for reports: {@code paper}, {@code budget=2147483648}
 * @param budget bytes of the whole step's intermediate values, kept or passing
 * @param orders exceptions by name
 */
public record PlanRequest(String name, Policy policy, OptionalLong budget, List<Order> orders) {
    /**
     * An exception from the policy.
     *
     * @param decision to save or to recompute
     */
    public record Order(Decision decision, Glob names) {
        public Order {
            if (decision == Decision.FREE) {
                throw new AssertionError("an order leaves nothing free");
            }
        }
    }

    public static final PlanRequest SAVE_ALL = of("saveAll", Policy.SAVE_ALL);
    public static final PlanRequest PAPER = of("paper", Policy.PAPER);
    public static final PlanRequest BLOCKS = of("blocks", Policy.BLOCKS);
    public static final PlanRequest MINIMUM_CUT = of("minCut", Policy.MINIMUM_CUT);

    /** The policies that have names. */
    public static final List<PlanRequest> NAMED = List.of(SAVE_ALL, PAPER, MINIMUM_CUT, BLOCKS);

    public PlanRequest {
        orders = List.copyOf(orders);
        if (budget.isPresent() && budget.getAsLong() < 1) {
            throw QuipuException.of("at least 1 byte", Long.toString(budget.getAsLong()), "budget", "");
        }
    }

    /** A policy under a name. */
    public static PlanRequest of(String name, Policy policy) {
        return new PlanRequest(name, policy, OptionalLong.empty(), List.of());
    }

    /** The least time within some bytes. */
    public static PlanRequest budget(long bytes) {
        return new PlanRequest("budget=" + bytes, Policy.FREE, OptionalLong.of(bytes), List.of());
    }

    /** Whether nothing is left to decide: all that backward rules need is kept. */
    boolean keepsAll() {
        return policy.equals(Policy.SAVE_ALL) && budget.isEmpty() && orders.isEmpty();
    }

    /** With tensors that are kept, should a backward rule need them, whatever the policy says. */
    public PlanRequest save(Glob names) {
        return with(new Order(Decision.SAVE, names));
    }

    /** With tensors that are rebuilt whatever the policy says. */
    public PlanRequest recompute(Glob names) {
        return with(new Order(Decision.RECOMPUTE, names));
    }

    private PlanRequest with(Order order) {
        List<Order> more = new ArrayList<>(orders);
        more.add(order);
        return new PlanRequest(name, policy, budget, more);
    }
}
