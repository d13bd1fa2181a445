package dev.quipu.compiler.checkpoint;

import dev.quipu.dsl.Tensor;
import java.util.List;

/**
 * Which forward tensors stay in memory until the backward pass reads them, and which are computed again.
 *
 * @param name of what was asked for
 * @param saved in the order in which they are made
 * @param rebuilt in the order in which the forward pass makes them
 * @param seconds predicted time of all that runs again
 * @param leastSeconds no plan within the budget can take less, or, where there was none, no plan that keeps as few bytes
 */
public record CheckpointPlan(
        String name, List<Saved> saved, List<Rebuilt> rebuilt, double seconds, double leastSeconds) {
    /**
     * A tensor that is kept.
     *
     * @param choice as it was before the plan
     * @param tensor in the planned graph
     * @param seconds that rebuilding it would take when everything else is as it is
     */
    public record Saved(Choice choice, Tensor tensor, double seconds) {
        public long bytes() {
            return choice.bytes();
        }
    }

    /**
     * A tensor that is computed again.
     *
     * @param choice as it was before the plan
     * @param tensor its copy in the planned graph
     * @param rebuild what runs again for it, and for other outputs of its kernel
     */
    public record Rebuilt(Choice choice, Tensor tensor, Rebuild rebuild) {
        public long bytes() {
            return choice.bytes();
        }
    }

    public CheckpointPlan {
        saved = List.copyOf(saved);
        rebuilt = List.copyOf(rebuilt);
    }

    /** Bytes that are kept between the passes. */
    public long bytes() {
        return saved.stream().mapToLong(Saved::bytes).sum();
    }
}
