package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.text.GraphText;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
        assertEquals(Set.of(), unlisted(planned));
        Scheduled scheduled = Scheduled.of(planned.graph(), planned.clusters());
        Verifier.check(scheduled);
        return ScheduleInterpreter.run(scheduled, filled);
    }

    /** What the forward pass stores and a copy or a backward rule reads, although the plan does not say that it is saved. */
    private static Set<Tensor> unlisted(Planned planned) {
        Set<Tensor> forward = planned.clusters().stream()
                .filter(Cluster::isForward)
                .flatMap(cluster -> cluster.outputs().stream())
                .filter(tensor -> tensor.node().site().pass() == Site.Pass.FORWARD)
                .collect(Collectors.toSet());
        planned.plan().saved().forEach(saved -> forward.remove(saved.tensor()));
        return planned.clusters().stream()
                .filter(cluster -> !cluster.isForward())
                .flatMap(cluster -> cluster.inputs().stream())
                .map(Views::origin)
                .filter(forward::contains)
                .collect(Collectors.toSet());
    }
}
