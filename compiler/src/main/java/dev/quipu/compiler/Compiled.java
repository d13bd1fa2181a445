package dev.quipu.compiler;

import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.text.PlannedGraph;

/**
 * All stages of one program, for those who want to look.
 *
 * @param traced the graph as the model's declaration made it
 * @param differentiated with its backward pass, or the traced graph where there is none
 * @param choices simplified and clustered: all that the plan could decide about
 */
public record Compiled(Graph traced, Graph differentiated, Choices choices, Planned planned, Scheduled scheduled) {
    /** The planned graph with its clusters and what is saved or recomputed, for {@link dev.quipu.dsl.text.GraphText}. */
    public PlannedGraph plannedText() {
        return PlanText.of(planned);
    }

    /** As {@link #plannedText}, with the arena and the slots of the scheduled graph. */
    public PlannedGraph scheduledText() {
        return PlanText.of(this);
    }

    /** A digest of all that the plan decides, the same on every machine: see {@link PlannedGraph#hash}. */
    public String planHash() {
        return scheduledText().hash();
    }
}
