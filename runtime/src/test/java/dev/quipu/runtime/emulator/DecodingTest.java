package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.tornado.EmulatorDevice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that are read piece by piece: rows of a cache outlive the run that wrote them, each text at a position of its own. */
class DecodingTest {
    private static final int BATCH = 2;
    private static final int RUNS = 3;
    private static final int CAPACITY = 16;
    private static final float TOLERANCE = 1e-5f;

    @ParameterizedTest
    @CsvSource({"GROUPED, 1", "GROUPED, 4", "WINDOW, 1", "WINDOW, 4"})
    void logitsAreThoseOfTheJvmDevice(SmallModels family, int chunk) {
        try (JvmDevice jvm = new JvmDevice(1);
                EmulatorDevice emulator = new EmulatorDevice()) {
            Model model = family.model();
            assertArrayEquals(logits(model, chunk, jvm), logits(model, chunk, emulator), TOLERANCE);
        }
    }

    /** Of the last run. The second text's position lags behind: some of its rows are written again. */
    private static float[] logits(Model model, int chunk, Device device) {
        Scheduled scheduled =
                new Compiler(true).incremental(model, BATCH, chunk, CAPACITY).scheduled();
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 1);
            try (Executable program = device.load(scheduled, state)) {
                for (int run = 0; run < RUNS; run++) {
                    for (int i = 0; i < BATCH * chunk; i++) {
                        program.input("tokens").setInt(i, (run + 3 * i) % SmallModels.VOCABULARY);
                    }
                    program.input("position").setInt(0, run * chunk);
                    program.input("position").setInt(1, run * (chunk + 1) / 2);
                    program.run();
                }
                return program.result("logits").toFloats();
            }
        }
    }
}
