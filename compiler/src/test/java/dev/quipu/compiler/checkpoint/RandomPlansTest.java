package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Planned;
import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans for random graphs: whatever is rebuilt, results and state are those of the plan that keeps all. */
class RandomPlansTest {
    static LongStream seeds() {
        return LongStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void computeWhatThePlanThatKeepsAllComputes(long seed) {
        Graph graph = Simplify.of(Differentiate.of(RandomGraph.loss(seed)).graph());
        Choices choices = Choices.of(graph, Clustering.of(graph));
        Filled filled = Filled.of(graph, 2, seed);
        Filled.Outcome expected = run(choices, PlanRequest.SAVE_ALL, filled);
        assertEquals("", filled.interpret(graph).difference(expected, 1e-9));
        for (PlanRequest request : List.of(PlanRequest.BLOCKS, Plans.random(seed), Plans.random(seed + 1))) {
            Filled.Outcome found = run(choices, request, filled);
            assertEquals(List.of(), expected.otherBits(found), () -> request.name() + "\n" + GraphText.print(graph));
        }
    }

    private static Filled.Outcome run(Choices choices, PlanRequest request, Filled filled) {
        Planned planned = Planner.plan(choices, request);
        Verifier.check(planned.graph());
        Scheduled scheduled = Scheduled.of(planned.graph(), planned.clusters());
        Verifier.check(scheduled);
        return ScheduleInterpreter.run(scheduled, filled);
    }
}
