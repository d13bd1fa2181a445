package dev.quipu.runtime.op;

import dev.quipu.compiler.fixtures.Filled;
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
public final class DeviceRun {
    private DeviceRun() {}

    /** What some runs of an example leave, each from the example's inputs and state. */
    static List<Example.Outcome> of(Example example, Device device, int runs) {
        Scheduled scheduled = Programs.of(example.graph());
        List<Example.Outcome> outcomes = new ArrayList<>();
        try (State state = new State();
                Executable program = device.load(scheduled, state)) {
            for (int run = 0; run < runs; run++) {
                fill(scheduled, example.inputs(), example.state(), program, state);
                program.run();
                outcomes.add(new Example.Outcome(results(scheduled, program), state(state)));
            }
        }
        return outcomes;
    }

    /** What one run of a program in fresh memory leaves. */
    public static Filled.Outcome of(Scheduled scheduled, Filled filled, Device device) {
        try (State state = new State();
                Executable program = device.load(scheduled, state)) {
            fill(scheduled, filled.inputs(), filled.state(), program, state);
            program.run();
            return new Filled.Outcome(results(scheduled, program), state(state));
        }
    }

    private static void fill(
            Scheduled scheduled,
            Map<String, Array> inputs,
            Map<String, Array> before,
            Executable program,
            State state) {
        for (Node node : scheduled.graph().nodes()) {
            if (node.op() instanceof Input input) {
                set(program.input(input.name()), inputs.get(input.name()));
            }
        }
        for (String name : state.names()) {
            set(state.get(name), before.get(name));
        }
    }

    private static Map<String, Array> results(Scheduled scheduled, Executable program) {
        Map<String, Array> results = new LinkedHashMap<>();
        scheduled
                .graph()
                .results()
                .forEach((name, tensor) -> results.put(name, get(program.result(name), tensor.type())));
        return results;
    }

    private static Map<String, Array> state(State state) {
        Map<String, Array> after = new LinkedHashMap<>();
        state.names().forEach(name -> after.put(name, get(state.get(name), state.type(name))));
        return after;
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
