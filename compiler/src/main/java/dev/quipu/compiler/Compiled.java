package dev.quipu.compiler;

import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;

/**
 * All stages of one program, for those who want to look.
 *
 * @param traced the graph as the model's declaration made it
 * @param differentiated with its backward pass, or the traced graph where there is none
 * @param choices simplified and clustered: all that the plan could decide about
 */
public record Compiled(
        Graph traced, Graph differentiated, Choices choices, Planned planned, Scheduled scheduled) {}
