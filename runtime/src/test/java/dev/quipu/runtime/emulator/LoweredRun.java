package dev.quipu.runtime.emulator;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.DeviceArray;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.codegen.tornado.TornadoApi;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import dev.quipu.tornado.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Runs a lowered program once, on random numbers, and collects its faults. */
final class LoweredRun {
    private LoweredRun() {}

    /** Lowers a schedule; each state has an array of its own. */
    static TornadoProgram lower(Scheduled scheduled) {
        return lower(scheduled, GpuTarget.ANY);
    }

    /** As {@link #lower(Scheduled)}, for a GPU with what {@code target} says. */
    static TornadoProgram lower(Scheduled scheduled, GpuTarget target) {
        Map<String, Long> elements = new HashMap<>();
        for (Node node : scheduled.graph().nodes()) {
            switch (node.op()) {
                case ReadState read ->
                    elements.put(read.state(), read.type().shape().elements());
                case WriteState write -> elements.put(write.state(), inputElements(node));
                case AccumulateState sum -> elements.put(sum.state(), inputElements(node));
                default -> {}
            }
        }
        StateLayout layout = state -> new StateLayout.Part("state." + state, elements.get(state), 0);
        return TornadoProgram.of("program", scheduled, layout, Products.GENERATED, target);
    }

    private static long inputElements(Node node) {
        return node.inputs().getFirst().type().shape().elements();
    }

    /**
     * Runs a program.
     *
     * @param vocabulary its inputs of integers are below it
     */
    static List<Fault> faults(TornadoProgram program, int vocabulary) {
        Map<String, String> sources = program.sources().stream()
                .collect(Collectors.toMap(
                        TornadoProgram.Source::className, source -> TornadoApi.emulated(source.text())));
        Class<?> main = PrintedProgram.load(program.mainClass(), sources);
        return Faults.collect(() -> {
            try (Session session = new Session(List.of(main), Map.of(), List.of(), "", false)) {
                Windows.declare(program, session.memory()::array);
                SplittableRandom random = new SplittableRandom(3);
                program.arrays()
                        .forEach(array -> fill(session.memory().array(array.name()), array, random, vocabulary));
                session.run("program");
            }
        });
    }

    private static void fill(Object array, DeviceArray described, SplittableRandom random, int vocabulary) {
        switch (described.content()) {
            case DeviceArray.Content.Numbers numbers -> {
                for (int i = 0; i < numbers.values().size(); i++) {
                    ((IntArray) array).set(i, numbers.values().get(i));
                }
            }
            case DeviceArray.Content.Input input
            when array instanceof IntArray integers -> {
                for (int i = 0; i < integers.getSize(); i++) {
                    integers.set(i, random.nextInt(vocabulary));
                }
            }
            case DeviceArray.Content.Input input -> fill((FloatArray) array, random);
            case DeviceArray.Content.State state -> fill((FloatArray) array, random);
            case DeviceArray.Content.Table table -> fill((FloatArray) array, random);
            case DeviceArray.Content.Passing passing -> {}
            case DeviceArray.Content.Result result -> {}
        }
    }

    private static void fill(FloatArray array, SplittableRandom random) {
        for (int i = 0; i < array.getSize(); i++) {
            array.set(i, (float) random.nextDouble(0.1, 0.2));
        }
    }
}
