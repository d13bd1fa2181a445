package dev.quipu.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.cluster.Clustering;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.State;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceDeviceTest {
    private static final Type TYPE = Type.f32(new Dim("channel", 3));

    /** {@code y = x * w}, and w grows by x with every run. */
    private static Scheduled program() {
        Tensor x = Tensor.input("x", TYPE);
        Tensor w = Tensor.apply(new ReadState("w", TYPE)).output(0);
        Graph graph = Graph.of("program", Map.of("y", x.times(w)), List.of(Tensor.apply(new AccumulateState("w"), x)));
        return Scheduled.of(graph, Clustering.of(graph));
    }

    @Test
    void runsOverStateThatOthersSee() {
        try (State state = new State();
                ReferenceDevice device = new ReferenceDevice();
                Executable program = device.load(program(), state)) {
            state.get("w").setFloats(0, new float[] {1, 2, 3});
            program.input("x").setFloats(0, new float[] {10, 20, 30});
            program.run();
            assertArrayEquals(new float[] {10, 40, 90}, program.result("y").toFloats());
            assertArrayEquals(new float[] {11, 22, 33}, state.get("w").toFloats());
            program.run();
            assertArrayEquals(new float[] {110, 440, 990}, program.result("y").toFloats());
        }
    }

    @Test
    void measuresEveryNode() {
        try (State state = new State();
                Executable program = new ReferenceDevice().load(program(), state)) {
            List<LaunchTime> times = program.profile(3);
            assertEquals(
                    program.launches(), times.stream().map(LaunchTime::launch).toList());
            assertTrue(times.stream().anyMatch(time -> time.launch().kind().equals("pointwise") && time.nanos() > 0));
        }
    }

    @Test
    void unknownNamesAreRefused() {
        try (State state = new State();
                Executable program = new ReferenceDevice().load(program(), state)) {
            assertThrows(QuipuException.class, () -> program.input("z"));
            assertThrows(QuipuException.class, () -> program.result("loss"));
        }
    }
}
