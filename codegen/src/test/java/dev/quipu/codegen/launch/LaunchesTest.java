package dev.quipu.codegen.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.text.GraphText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Launches compute what their clusters mean: strides, broadcasting, offsets, positions, updates in place. */
class LaunchesTest {
    static LongStream seeds() {
        return LongStream.range(0, 600);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomGraphs(long seed) {
        Graph graph = RandomGraph.of(seed);
        Graph simple = Simplify.of(graph);
        Filled filled = Filled.of(graph, 2, seed);
        Scheduled scheduled = Scheduled.of(simple, Clustering.of(simple));

        assertEquals(
                "",
                filled.interpret(graph).difference(LaunchInterpreter.run(scheduled, filled), 1e-5),
                () -> GraphText.print(simple));
    }

    @ParameterizedTest
    @EnumSource
    void gradients(SmallModels family) {
        same(Compiler.verifying().gradient(family.model(), 2, 7));
        same(Compiler.verifying().gradient(family.model(), 1, 5));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfRoundedFactors(SmallModels family) {
        Compiler compiler = Compiler.verifying().in(Precision.BF16);
        same(compiler.gradient(family.model(), 2, 7));
        same(compiler.keeping(PlanRequest.BLOCKS).gradient(family.model(), 1, 5));
        same(compiler.incremental(family.model(), 1, 4, 11));
    }

    @Test
    void movesStoreTheirCasts() {
        Tensor x = Tensor.input("x", Type.f32(new Dim("a", 2), new Dim("b", 3), new Dim("c", 5)));
        Map<String, Tensor> moved = Map.of(
                "turned", x.transpose(2, 0, 1),
                "part", x.slice(1, 1, 2),
                "padded", x.pad(1, 1, 2),
                "beside", Tensor.concat(2, x, x.silu()),
                "below", Tensor.concat(0, x, x.silu()));
        Map<String, Tensor> results = new HashMap<>();
        moved.forEach(
                (name, tensor) -> results.put(name, tensor.cast(DType.BF16).cast(DType.F32)));
        Graph graph = Graph.of("moves", results, List.of());
        Filled filled = Filled.of(graph, 1, 5);
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));

        assertEquals("", filled.interpret(graph).difference(LaunchInterpreter.run(scheduled, filled), 0));
        assertEquals(
                5,
                scheduled.clusters().stream()
                        .filter(cluster -> cluster.kind() == Cluster.Kind.MOVE)
                        .filter(cluster -> cluster.nodes().getLast().op() instanceof Cast)
                        .count());
    }

    @ParameterizedTest
    @EnumSource
    void losses(SmallModels family) {
        same(Compiler.verifying().loss(family.model(), 3, 5));
    }

    @ParameterizedTest
    @EnumSource
    void updates(SmallModels family) {
        same(Compiler.verifying().update(family.model(), AdamW.LLAMA));
    }

    @ParameterizedTest
    @EnumSource
    void chunks(SmallModels family) {
        same(Compiler.verifying().incremental(family.model(), 2, 1, 11));
        same(Compiler.verifying().incremental(family.model(), 1, 4, 11));
    }

    @ParameterizedTest
    @EnumSource
    void chunksPastTheEnd(SmallModels family) {
        same(Compiler.verifying().incremental(family.model(), 2, 4, 8));
    }

    private static void same(Compiled compiled) {
        Graph graph = compiled.planned().graph();
        Filled filled = Filled.of(graph, SmallModels.VOCABULARY, 7)
                .withEach(Incremental.POSITION, sequence -> 6 - 3 * sequence)
                .with(AdamW.LEARNING_RATE, 0.01)
                .with(AdamW.CORRECTION_1, 0.1)
                .with(AdamW.CORRECTION_2, 0.05)
                .positive(AdamW.secondMoment(""));
        Filled.Outcome expected = filled.interpret(graph);

        assertEquals("", expected.difference(ScheduleInterpreter.run(compiled.scheduled(), filled), 1e-9));
        assertEquals("", expected.difference(LaunchInterpreter.run(compiled.scheduled(), filled), 1e-6));
    }
}
