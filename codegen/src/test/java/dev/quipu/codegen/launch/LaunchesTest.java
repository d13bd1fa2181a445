package dev.quipu.codegen.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.program.Incremental;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.text.GraphText;
import java.util.stream.LongStream;
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
