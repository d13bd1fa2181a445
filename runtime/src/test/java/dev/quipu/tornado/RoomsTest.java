package dev.quipu.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.tornado.GraphRoom;
import dev.quipu.runtime.emulator.Faults;
import dev.quipu.runtime.emulator.api.GridScheduler;
import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.TaskGraph;
import dev.quipu.runtime.emulator.api.enums.DataTransferMode;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More resident arrays than a graph can hold, of one kind or of several. */
class RoomsTest {
    private static final int ARRAYS = 130;

    /** A sum of the first and the last of many arrays, and of an input. */
    public static final class Sum implements GeneratedProgram {
        private final Memory memory;
        private final List<FloatArray> weights = new ArrayList<>();
        private final IntArray input;
        private final FloatArray result;
        private final IntArray iteration = new IntArray(1);

        public Sum(Memory memory) {
            this.memory = memory;
            for (int i = 0; i < ARRAYS; i++) {
                weights.add(memory.floats("weight" + i, 1));
                memory.integers("count" + i, 1);
                memory.deviceBfloats("half" + i, 1);
            }
            input = memory.inputIntegers("sum.input", 1);
            result = memory.deviceFloats("sum.result", 1);
        }

        @Override
        public String name() {
            return "sum";
        }

        @Override
        public List<Object> inputs() {
            return List.of(input);
        }

        @Override
        public List<Stage> stages(GridScheduler grids) {
            TaskGraph graph = new TaskGraph("sum_0").consumeFromDevice(memory.resident());
            graph.task("add", Sum::add, new KernelContext(), weights.getFirst(), weights.getLast(), input, result);
            grids.addWorkerGrid("sum_0.add", Memory.grid(1, 1));
            graph.transferToHost(DataTransferMode.EVERY_EXECUTION, result);
            return List.of(new Stage(graph, 1, iteration, true));
        }

        public static void add(
                KernelContext context, FloatArray first, FloatArray last, IntArray input, FloatArray result) {
            result.set(context.globalIdx, first.get(0) + last.get(0) + input.get(0));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void haveRoomInSeveralGraphs(boolean recording) {
        List<String> weights =
                IntStream.range(0, ARRAYS).mapToObj(i -> "weight" + i).toList();
        List<Float> results = new ArrayList<>();
        assertEquals(List.of(), Faults.collect(() -> {
            try (Session session = new Session(List.of(Sum.class), Map.of(), List.of(weights), "", recording)) {
                Memory memory = session.memory();
                ((FloatArray) memory.array("weight0")).set(0, 1);
                ((FloatArray) memory.array("weight129")).set(0, 10);
                for (int run = 1; run <= 2; run++) {
                    ((IntArray) memory.array("sum.input")).set(0, 100 * run);
                    session.run("sum");
                    results.add(((FloatArray) memory.array("sum.result")).get(0));
                }
                ((FloatArray) memory.array("weight129")).set(0, 20);
                session.upload(List.of("weight129"));
                session.run("sum");
                results.add(((FloatArray) memory.array("sum.result")).get(0));
                assertEquals(
                        ARRAYS,
                        session.together().stream()
                                .filter(names -> names.getFirst().startsWith("weight"))
                                .mapToInt(List::size)
                                .sum());
            }
        }));
        assertEquals(List.of(111f, 211f, 221f), results);
    }

    /** A task for each array takes most: it, its context and what never happens are its arguments. */
    @Test
    void areAsLargeAsAGraphHolds() {
        GraphRoom room = GraphRoom.of(4 * Rooms.ARRAYS_OF_GRAPH + 1).with(3, 2, 1);
        for (int i = 1; i < Rooms.ARRAYS_OF_GRAPH; i++) {
            room = room.with(3, 1, 1);
        }
        assertTrue(room.fits());
        for (int more = 0; more < 4; more++) {
            room = room.with(3, 1, 1);
        }
        assertTrue(!room.fits());
    }
}
