package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.checkpoint.Planner;
import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.RandomGraph;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.op.DeviceRun;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random graphs as they are printed for GPUs: nothing is wrong with them, values are the jvm device's, and plans change no bit. */
class RandomProgramsTest {
    private static final double TOLERANCE = 1e-4;

    private static JvmDevice jvm;
    private static EmulatorDevice emulator;

    @BeforeAll
    static void open() {
        jvm = new JvmDevice(1);
        emulator = new EmulatorDevice();
    }

    @AfterAll
    static void close() {
        jvm.close();
        emulator.close();
    }

    /** Seeds with concats and pads, whose parts are launches of their own, and with sums into state. */
    @ParameterizedTest
    @ValueSource(longs = {2, 5, 14, 16, 21, 30, 35, 44})
    void valuesAreThoseOfTheJvmDevice(long seed) {
        Graph graph = Simplify.of(RandomGraph.of(seed));
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));
        Filled filled = Filled.of(graph, 2, seed);
        Filled.Outcome expected = DeviceRun.of(scheduled, filled, jvm);
        assertEquals("", expected.difference(DeviceRun.of(scheduled, filled, emulator), TOLERANCE));
    }

    @ParameterizedTest
    @ValueSource(longs = {2000, 2005, 2010})
    void whateverIsRebuiltEveryBitIsTheSame(long seed) {
        Graph graph = Simplify.of(Differentiate.of(RandomGraph.loss(seed)).graph());
        Choices choices = Choices.of(graph, Clustering.of(graph));
        Filled filled = Filled.of(graph, 2, seed);
        Filled.Outcome expected = run(choices, PlanRequest.SAVE_ALL, filled);
        for (PlanRequest plan : List.of(PlanRequest.BLOCKS, Plans.random(seed))) {
            assertEquals(List.of(), expected.otherBits(run(choices, plan, filled)), plan.name());
        }
    }

    /** Classes of models may be called as classes and graphs of the generated source are. */
    @ParameterizedTest
    @ValueSource(strings = {"Rooms", "String", "Stage", "int", "2nd"})
    void anyNameOfAGraphWillDo(String name) {
        Graph random = Simplify.of(RandomGraph.of(35));
        Graph graph = Graph.of(name, random.results(), random.effects());
        Scheduled scheduled = Scheduled.of(graph, Clustering.of(graph));
        assertDoesNotThrow(() -> DeviceRun.of(scheduled, Filled.of(graph, 2, 35), emulator));
    }

    private static Filled.Outcome run(Choices choices, PlanRequest plan, Filled filled) {
        Planned planned = Planner.plan(choices, plan);
        return DeviceRun.of(Scheduled.of(planned.graph(), planned.clusters()), filled, emulator);
    }
}
