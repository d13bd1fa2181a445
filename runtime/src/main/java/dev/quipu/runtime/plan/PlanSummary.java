package dev.quipu.runtime.plan;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;

/**
 * One plan of a training step, in numbers.
 *
 * @param gradient the program under the plan
 */
public record PlanSummary(PlanRequest request, Compiled gradient) {
    /** {@code paper, save layers.0.*}. */
    public String name() {
        return PlanNames.describe(request);
    }

    public CheckpointPlan plan() {
        return gradient.planned().plan();
    }

    public MemoryPlan memory() {
        return gradient.scheduled().memory();
    }

    /** Bytes kept between the passes. */
    public long keptBytes() {
        return plan().bytes();
    }

    /** Bytes of activations and workspace at the worst moment of the step. */
    public long peakBytes() {
        return memory().bytes();
    }

    /** Predicted seconds of all that runs again. */
    public double rebuildSeconds() {
        return plan().seconds();
    }

    /** No plan within the budget rebuilds in less, or, where there is none, no plan that keeps as few bytes. */
    public double leastRebuildSeconds() {
        return plan().leastSeconds();
    }

    /** Predicted seconds of forward and backward of one micro-batch. */
    public double stepSeconds() {
        return gradient.scheduled().clusters().stream()
                .mapToDouble(Cluster::seconds)
                .sum();
    }
}
