package dev.quipu.runtime.plan;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.checkpoint.Planner;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.ProductInputs;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.runtime.onednn.RoundedProducts;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans for random graphs on the jvm device: kernels that are cut out of others compute the same bits. */
class RandomPlansTest {
    private static PlannedRuns runs;

    @BeforeAll
    static void open() {
        runs = new PlannedRuns();
    }

    @AfterAll
    static void close() {
        runs.close();
    }

    static LongStream seeds() {
        return LongStream.range(1000, 1040);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverIsRebuiltEveryBitIsTheSame(long seed) {
        check(Simplify.of(Differentiate.of(RandomGraph.loss(seed)).graph()), seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 1003, 1006, 1009, 1012, 1015})
    void whateverIsRebuiltIsRoundedToTheSame(long seed) {
        RoundedProducts.assumeHere();
        Graph graph = Simplify.of(Differentiate.of(RandomGraph.loss(seed)).graph());
        check(ProductInputs.of(graph, Precision.BF16), seed);
    }

    private static void check(Graph graph, long seed) {
        Choices choices = Choices.of(graph, Clustering.of(graph));
        List<PlanRequest> plans = List.of(PlanRequest.BLOCKS, Plans.random(seed), Plans.random(seed + 1));
        runs.check(plan -> scheduled(choices, plan), Filled.of(graph, 2, seed), plans);
    }

    private static Scheduled scheduled(Choices choices, PlanRequest plan) {
        Planned planned = Planner.plan(choices, plan);
        Scheduled scheduled = Scheduled.of(planned.graph(), planned.clusters());
        Verifier.check(scheduled);
        return scheduled;
    }
}
