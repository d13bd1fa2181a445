package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A state that lives on a device looks to its readers and writers as one that lives in host memory. */
class ResidenceTest {
    private static final double TOLERANCE = 1e-4;
    private static final int BATCH = 2;
    private static final int SEQUENCE = 4;

    private final Model model = SmallModels.LLAMA.model();

    @Test
    void whatIsReadIsWhatTheProgramsLeft() {
        assertSame((programs, state) -> step(programs, 1));
    }

    @Test
    void whatIsWrittenIsWhatTheProgramsFind() {
        assertSame((programs, state) -> {
            step(programs, 1);
            String first = Trace.parameters(model).keySet().iterator().next();
            state.get(first).setFloat(0, 0.25f);
            step(programs, 2);
            state.get(AdamW.firstMoment(first)).clear();
            step(programs, 3);
        });
    }

    @Test
    void whoOnlyLooksChangesNothing() {
        assertSame((programs, state) -> {
            step(programs, 1);
            state.names().forEach(state::read);
            step(programs, 2);
        });
    }

    @Test
    void aProgramThatComesLaterFindsTheStateAsItIs() {
        Compiler compiler = new Compiler(false);
        Device device = new EmulatorDevice();
        try (State state = fresh();
                TrainingPrograms programs = programs(device, state)) {
            step(programs, 1);
            float before = loss(programs);
            try (TrainingPrograms others =
                    new TrainingPrograms(device, state, model, AdamW.LLAMA, BATCH, SEQUENCE, compiler)) {
                assertEquals(before, loss(others));
                step(others, 2);
                assertEquals(loss(others), loss(programs));
            }
        } finally {
            device.close();
        }
    }

    @Test
    void aStateOutlivesItsDevice() {
        Map<String, float[]> expected = new LinkedHashMap<>();
        try (State state = fresh()) {
            Device device = new EmulatorDevice();
            try (TrainingPrograms programs = programs(device, state)) {
                step(programs, 1);
            }
            state.names().forEach(name -> expected.put(name, state.read(name).toFloats()));
            device.close();
            assertEquals(false, state.isMirrored());
            expected.forEach(
                    (name, values) -> assertArrayEquals(values, state.get(name).toFloats(), name));
            try (Device jvm = new JvmDevice(1);
                    TrainingPrograms programs = programs(jvm, state)) {
                step(programs, 2);
            }
        }
    }

    /** Compares what work leaves on the emulator with what it leaves on the jvm device. */
    private void assertSame(BiConsumer<TrainingPrograms, State> work) {
        Map<String, float[]> expected = after(new JvmDevice(1), work);
        Map<String, float[]> found = after(new EmulatorDevice(), work);
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), (float) TOLERANCE, name));
    }

    private Map<String, float[]> after(Device device, BiConsumer<TrainingPrograms, State> work) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (State state = fresh();
                TrainingPrograms programs = programs(device, state)) {
            work.accept(programs, state);
            state.names().forEach(name -> values.put(name, state.read(name).toFloats()));
        } finally {
            device.close();
        }
        return values;
    }

    private State fresh() {
        State state = new State();
        state.initialise(Trace.parameters(model), 7);
        return state;
    }

    private TrainingPrograms programs(Device device, State state) {
        return new TrainingPrograms(device, state, model, AdamW.LLAMA, BATCH, SEQUENCE, new Compiler(false));
    }

    private static void step(TrainingPrograms programs, long step) {
        fill(programs.tokens(), (int) step);
        fill(programs.targets(), (int) step + 1);
        programs.gradient(1f / (BATCH * SEQUENCE));
        programs.update(1e-2, step);
    }

    private static float loss(TrainingPrograms programs) {
        fill(programs.measuredBatch().tokens(), 3);
        fill(programs.measuredBatch().targets(), 4);
        return programs.loss(1f / (BATCH * SEQUENCE));
    }

    private static void fill(Buffer ids, int shift) {
        for (int i = 0; i < BATCH * SEQUENCE; i++) {
            ids.setInt(i, (i * 3 + shift) % 7);
        }
    }
}
