package dev.quipu.runtime.op;

import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;

/** Schedules of graphs that are no whole model. */
public final class Programs {
    private Programs() {}

    /** The compiler's road from a graph on. */
    public static Scheduled of(Graph graph) {
        Verifier.check(graph);
        Graph simple = Simplify.of(graph);
        Verifier.check(simple);
        Scheduled scheduled = Scheduled.of(simple, Clustering.of(simple));
        Verifier.check(scheduled);
        return scheduled;
    }
}
