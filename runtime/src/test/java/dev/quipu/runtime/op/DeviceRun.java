package dev.quipu.runtime.op;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Input;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs examples on devices. */
final class DeviceRun {
    private DeviceRun() {}

    /** What some runs of an example leave, each from the example's inputs and state. */
    static List<Example.Outcome> of(Example example, Device device, int runs) {
        Scheduled scheduled = Programs.of(example.graph());
        List<Example.Outcome> outcomes = new ArrayList<>();
        try (State state = new State();
                Executable program = device.load(scheduled, state)) {
            for (int run = 0; run < runs; run++) {
                fill(scheduled, example, program, state);
                program.run();
                outcomes.add(read(example, program, state));
            }
        }
        return outcomes;
    }

    private static void fill(Scheduled scheduled, Example example, Executable program, State state) {
        for (Node node : scheduled.graph().nodes()) {
            if (node.op() instanceof Input input) {
                set(program.input(input.name()), example.inputs().get(input.name()));
            }
        }
        for (String name : state.names()) {
            set(state.get(name), example.state().get(name));
        }
    }

    private static Example.Outcome read(Example example, Executable program, State state) {
        Map<String, Array> results = new LinkedHashMap<>();
        example.graph()
                .results()
                .forEach((name, tensor) -> results.put(name, get(program.result(name), tensor.type())));
        Map<String, Array> after = new LinkedHashMap<>();
        state.names().forEach(name -> after.put(name, get(state.get(name), state.type(name))));
        return new Example.Outcome(results, after);
    }

    private static void set(Buffer buffer, Array value) {
        for (int i = 0; i < value.size(); i++) {
            if (buffer.type() == DType.F32) {
                buffer.setFloat(i, (float) value.get(i));
            } else {
                buffer.setInt(i, (int) value.get(i));
            }
        }
    }

    private static Array get(Buffer buffer, Type type) {
        return type.dtype() == DType.F32
                ? Array.of(type, buffer.toFloats())
                : Array.of(type, place -> buffer.getInt(place));
    }
}
