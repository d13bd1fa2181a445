package dev.quipu.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.checkpoint.Planner;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.text.GraphText;
import dev.quipu.dsl.text.PlannedGraph;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The text of random graphs under plans of all kinds. */
class RandomPlanTextTest {
    static LongStream seeds() {
        return LongStream.range(500, 540);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsBackIsTheSameEachTimeAndKeepsItsCopies(long seed) {
        for (PlanRequest plan : plans(seed)) {
            Compiled compiled = compiled(seed, plan);
            PlannedGraph scheduled = compiled.scheduledText();
            String text = GraphText.print(scheduled);
            assertEquals(scheduled, GraphText.parsePlanned(text), text);
            assertEquals(compiled.plannedText(), GraphText.parsePlanned(GraphText.print(compiled.plannedText())), text);
            Compiled again = compiled(seed, plan);
            assertEquals(text, GraphText.print(again.scheduledText()));
            assertEquals(compiled.planHash(), again.planHash(), text);
            Graph graph = compiled.planned().graph();
            assertEquals(recomputed(graph), recomputed(Simplify.of(graph)), text);
        }
    }

    /** Without which the test above would say nothing of copies. */
    @Test
    void randomGraphsHaveWhatCanRunAgain() {
        long withCopies = seeds().filter(seed ->
                        recomputed(compiled(seed, PlanRequest.BLOCKS).planned().graph()) > 0)
                .count();
        assertTrue(withCopies > 20, withCopies + " of " + seeds().count());
    }

    private static List<PlanRequest> plans(long seed) {
        long bytes = compiled(seed, PlanRequest.SAVE_ALL).scheduled().memory().bytes();
        return List.of(
                PlanRequest.PAPER,
                PlanRequest.BLOCKS,
                PlanRequest.MINIMUM_CUT,
                Plans.random(seed),
                PlanRequest.budget(bytes));
    }

    private static Compiled compiled(long seed, PlanRequest plan) {
        Graph joint = Differentiate.of(RandomGraph.loss(seed)).graph();
        Graph simple = Simplify.of(joint);
        Choices choices = Choices.of(simple, Clustering.of(simple));
        Planned planned = Planner.plan(choices, plan);
        return new Compiled(joint, joint, choices, planned, Scheduled.of(planned.graph(), planned.clusters()));
    }

    /** Nodes that cost something. */
    private static long recomputed(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.site().pass() == Site.Pass.RECOMPUTED && !Views.isView(node))
                .count();
    }
}
