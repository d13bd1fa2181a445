package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.RunTrace;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.device.TimedExecutable;
import dev.quipu.runtime.op.Programs;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JvmDeviceTest {
    private static final Dim CHANNEL = new Dim("channel", 37);

    /** Looks tokens up, normalises them, and adds the sum of each channel to a state. */
    private static Scheduled program() {
        Tensor tokens = Tensor.input("tokens", Type.i32(Dim.batch(2), Dim.sequence(5)));
        Tensor table = Tensor.apply(new ReadState("table", Type.f32(new Dim("vocabulary", 11), CHANNEL)))
                .output(0);
        Tensor weight = Tensor.apply(new ReadState("norm", Type.f32(CHANNEL))).output(0);
        Tensor y = table.lookup(tokens).rmsNorm(weight, 1e-5f).silu();
        Graph graph = Graph.of(
                "program",
                Map.of("y", y, "softmax", y.softmax()),
                List.of(Tensor.apply(new AccumulateState("sums"), y.sumTo(weight.shape()))));
        return Programs.of(graph);
    }

    private static void fill(Executable program, State state) {
        for (int i = 0; i < 11 * 37; i++) {
            state.get("table").setFloat(i, (float) Math.sin(i));
        }
        for (int i = 0; i < 37; i++) {
            state.get("norm").setFloat(i, 1 + i / 37f);
        }
        program.input("tokens").setInts(0, new int[] {0, 10, 3, 3, 7, 1, 2, 9, 9, 0});
    }

    private static float[][] outcome(Device device) {
        try (State state = new State();
                Executable program = device.load(program(), state)) {
            fill(program, state);
            program.run();
            program.run();
            return new float[][] {
                program.result("y").toFloats(),
                program.result("softmax").toFloats(),
                state.get("sums").toFloats()
            };
        }
    }

    @Test
    void agreesWithTheReference() {
        float[][] expected = outcome(new ReferenceDevice());
        for (int workers = 1; workers <= 3; workers++) {
            try (JvmDevice device = new JvmDevice(workers)) {
                float[][] found = outcome(device);
                for (int i = 0; i < expected.length; i++) {
                    assertArrayEquals(expected[i], found[i], 1e-5f);
                }
            }
        }
    }

    /** Kernels do not look: they would read memory that belongs to somebody else by then. */
    @Test
    void nothingRunsOnReleasedMemory() {
        State state = new State();
        try (JvmDevice device = new JvmDevice(1);
                Executable program = device.load(program(), state)) {
            fill(program, state);
            program.run();
            state.close();
            IllegalStateException failure = assertThrows(IllegalStateException.class, program::run);
            assertTrue(failure.getMessage().contains("memory was released"), failure.getMessage());
        }
    }

    @Test
    void aRunAllocatesNothing() throws IOException, InterruptedException {
        assertEquals("0 bytes", Allocations.printedBy(WarmRun.class));
    }

    /** Says what a warm run takes from the heap. */
    static final class WarmRun {
        private WarmRun() {}

        public static void main(String[] arguments) {
            try (JvmDevice device = new JvmDevice(2);
                    State state = new State();
                    Executable program = device.load(program(), state)) {
                fill(program, state);
                System.out.println(Allocations.whenWarm(device.pool(), program::run) + " bytes");
            }
        }
    }

    @Test
    void idsOutsideTheVocabularyReachNoKernel() {
        try (JvmDevice device = new JvmDevice(2);
                State state = new State();
                Executable program = device.load(program(), state)) {
            fill(program, state);
            program.input("tokens").setInt(6, 11);
            QuipuException refusal = assertThrows(QuipuException.class, program::run);
            assertTrue(
                    refusal.getMessage()
                            .startsWith(
                                    "input tokens at batch=1, sequence=1: expected integers from 0 to 10, found 11"),
                    refusal.getMessage());
            assertEquals(0, state.get("sums").getFloat(0));
        }
    }

    @Test
    void launchesAreNamedCountedAndMeasured() {
        try (JvmDevice device = new JvmDevice(2);
                State state = new State();
                Executable program = device.load(program(), state)) {
            List<LaunchTime> times = program.profile(3);
            assertEquals(
                    program.launches(), times.stream().map(LaunchTime::launch).toList());
            assertTrue(times.stream().allMatch(time -> time.nanos() > 0));
            assertTrue(times.stream().allMatch(time -> time.launch().work().bytes() > 0));
            assertTrue(
                    program.launches().stream().anyMatch(launch -> launch.kind().equals("gather")));
            assertTrue(program.arenaBytes() > 0);
        }
    }

    /** Every part of every launch stands in the trace once, within its launch, and the run's results are the same. */
    @Test
    void aTraceHasEveryPartOnce() {
        try (JvmDevice device = new JvmDevice(2);
                State state = new State();
                TimedExecutable program = (TimedExecutable) device.load(squares(64), state)) {
            program.input("x").setFloat(3, 2);
            program.run();
            float[] expected = program.result("y").toFloats();
            RunTrace trace = program.trace();
            assertArrayEquals(expected, program.result("y").toFloats());
            assertEquals(
                    program.launches(),
                    trace.launches().stream().map(RunTrace.LaunchSpan::launch).toList());
            Set<List<Integer>> seen = new HashSet<>();
            for (RunTrace.PartSpan part : trace.parts()) {
                RunTrace.LaunchSpan launch = trace.launches().get(part.launch());
                assertTrue(seen.add(List.of(part.launch(), part.phase(), part.part())), part.toString());
                assertTrue(launch.begin() <= part.begin() && part.end() <= launch.end(), part.toString());
            }
            assertEquals(
                    trace.launches().size(),
                    trace.parts().stream()
                            .map(RunTrace.PartSpan::launch)
                            .distinct()
                            .count());
        }
    }

    @Test
    void aTensorMayBeSeveralResults() {
        Tensor x = Tensor.input("x", Type.f32(CHANNEL));
        Graph graph = Graph.of("twice", Map.of("a", x.silu(), "b", x.silu(), "c", x), List.of());
        try (JvmDevice device = new JvmDevice(1);
                State state = new State();
                Executable program = device.load(Programs.of(graph), state)) {
            program.input("x").setFloat(5, 2);
            program.run();
            assertEquals(2, program.result("c").getFloat(5));
            assertEquals(2 / (1 + Math.exp(-2)), program.result("a").getFloat(5), 1e-6);
            assertArrayEquals(
                    program.result("a").toFloats(), program.result("b").toFloats());
        }
    }

    /** A chain of products, so that intermediate values need memory: {@code y = x w w}. */
    private static Scheduled squares(int rows) {
        Tensor x = Tensor.input("x", Type.f32(new Dim("row", rows), CHANNEL));
        Tensor w = Tensor.input("w", Type.f32(CHANNEL, new Dim("other", 37)));
        return Programs.of(Graph.of("squares", Map.of("y", x.matmul(w).matmul(w).softmax()), List.of()));
    }

    private static float[] run(Executable program) {
        for (int i = 0; i < program.input("x").length(); i++) {
            program.input("x").setFloat(i, (float) Math.sin(i));
        }
        for (int i = 0; i < program.input("w").length(); i++) {
            program.input("w").setFloat(i, (float) Math.cos(i));
        }
        program.run();
        return program.result("y").toFloats();
    }

    @Test
    void programsShareOneArenaOfTheLargest() {
        try (JvmDevice device = new JvmDevice(2);
                State state = new State();
                Executable small = device.load(squares(5), state)) {
            float[] expected = run(small);
            assertEquals(small.arenaBytes(), device.workspaceBytes());
            try (Executable large = device.load(squares(500), state)) {
                assertEquals(large.arenaBytes(), device.workspaceBytes());
                float[] first = run(large);
                assertArrayEquals(expected, run(small));
                assertArrayEquals(first, run(large));
                assertArrayEquals(expected, Arrays.copyOf(first, expected.length), 1e-6f);
            }
            assertEquals(small.arenaBytes(), device.workspaceBytes());
            assertArrayEquals(expected, run(small));
        }
    }

    @Test
    void programsOfSeveralThreadsTakeTurns() throws InterruptedException {
        try (JvmDevice device = new JvmDevice(2);
                State state = new State();
                Executable one = device.load(squares(300), state);
                Executable other = device.load(squares(400), state)) {
            float[] expected = run(one);
            AtomicBoolean same = new AtomicBoolean(true);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50; i++) {
                    same.compareAndSet(true, Arrays.equals(expected, run(one)));
                }
            });
            thread.start();
            for (int i = 0; i < 50; i++) {
                run(other);
            }
            thread.join();
            assertTrue(same.get());
        }
    }
}
