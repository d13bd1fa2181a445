package dev.quipu.compiler.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.fixtures.ScheduleInterpreter;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.compiler.verify.Verifier;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.text.GraphText;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage on random graphs: it promises what the verifier checks, and it computes what the graph means. */
class RandomGraphsTest {
    static LongStream seeds() {
        return LongStream.range(0, 600);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void stagesComputeWhatTheGraphMeans(long seed) {
        Graph graph = RandomGraph.of(seed);
        Verifier.check(graph);
        Filled filled = Filled.of(graph, 2, seed);
        Filled.Outcome expected = filled.interpret(graph);

        Graph simple = Simplify.of(graph);
        Verifier.check(simple);
        assertEquals(
                "", expected.difference(filled.interpret(simple), 1e-9), () -> "simplified\n" + text(graph, simple));

        Scheduled scheduled = Scheduled.of(simple, Clustering.of(simple));
        Verifier.check(scheduled);
        assertEquals(
                "",
                expected.difference(ScheduleInterpreter.run(scheduled, filled), 1e-9),
                () -> "scheduled\n" + text(graph, simple));
    }

    private static String text(Graph graph, Graph simple) {
        return GraphText.print(graph) + GraphText.print(simple);
    }
}
