package dev.quipu.compiler.checkpoint;

import dev.quipu.dsl.catalog.Glob;
import java.util.function.Predicate;

/**
 * Which forward tensors to keep and which to rebuild. A policy of one's own is one line:
 *
 * <pre>{@code
 * Policy mine = Policy.keep(choice -> choice.bytes() < 1 << 20 || choice.isExpensive());
 * Policy other = Policy.BLOCKS.with(Decision.SAVE, choice -> choice.name().endsWith(".attention"));
 * }</pre>
 */
@FunctionalInterface
public interface Policy {
    /** Keeps every tensor that a backward rule needs; nothing is computed twice. */
    Policy SAVE_ALL = choice -> Decision.SAVE;

    /**
     * Keeps what is expensive to compute, the outputs of linear layers and of attention, and rebuilds norms, rotary embeddings
     * and activations (Touvron et al. 2023, section 2.4).
     */
    Policy PAPER = keep(Choice::isExpensive);

    /** Keeps the inputs of the repeated blocks and rebuilds the rest of a block when its backward pass begins. */
    Policy BLOCKS = keep(Choice::blockInput);

    /** Repeats no matrix product and no attention; of the other tensors, keeps those that take the fewest bytes. */
    Policy MINIMUM_CUT = choice -> choice.isExpensive() ? Decision.SAVE : Decision.FREE;

    /** Leaves every choice to the planner. */
    Policy FREE = choice -> Decision.FREE;

    /** What to do with a tensor, should the backward pass need it. */
    Decision decide(Choice choice);

    /** Keeps the tensors of which the predicate is true, and rebuilds the others. */
    static Policy keep(Predicate<Choice> predicate) {
        return choice -> predicate.test(choice) ? Decision.SAVE : Decision.RECOMPUTE;
    }

    /** This policy, but for the tensors of which the predicate is true. */
    default Policy with(Decision decision, Predicate<Choice> predicate) {
        return choice -> predicate.test(choice) ? decision : decide(choice);
    }

    /** This policy, but for the tensors whose names match. */
    default Policy with(Decision decision, Glob names) {
        return with(decision, choice -> names.matches(choice.name()));
    }
}
