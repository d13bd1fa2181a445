package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.models.LlamaConfig;
import dev.quipu.models.Qwen2;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The thin products of adapters: the jvm device's gradients against the reference's. */
class AdapterGradientsTest {
    private static final int BATCH = 2;
    private static final int SEQUENCE = 13;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 20})
    void areThoseOfTheReference(int rank) {
        Model model =
                Adapters.add(Qwen2.of(LlamaConfig.of(24, 1, 2, 40, 33, 16)), Adapters.USUAL_TARGETS, rank, 2.0 * rank);
        Map<String, float[]> expected = gradients(model, new ReferenceDevice());
        Map<String, float[]> found = gradients(model, new JvmDevice(2));
        assertEquals(14, expected.size());
        expected.forEach((name, values) -> {
            double difference = difference(values, found.get(name));
            assertTrue(difference < 1e-5, name + ": " + difference);
        });
    }

    private static Map<String, float[]> gradients(Model model, Device chosen) {
        try (Device device = chosen;
                State state = new State()) {
            state.initialise(Trace.parameters(model), 5);
            Random random = new Random(6);
            for (String path : Adapters.of(model).keySet()) {
                Buffer up = state.get(path + ".loraUp");
                for (long i = 0; i < up.length(); i++) {
                    up.setFloat(i, (float) (0.1 * random.nextGaussian()));
                }
            }
            try (TrainingPrograms programs =
                    new TrainingPrograms(device, state, model, AdamW.LLAMA, BATCH, SEQUENCE, Compiler.verifying())) {
                for (int i = 0; i < BATCH * SEQUENCE; i++) {
                    programs.tokens().setInt(i, random.nextInt(33));
                    programs.targets().setInt(i, random.nextInt(33));
                }
                programs.gradient(1f / (BATCH * SEQUENCE));
                Map<String, float[]> gradients = new LinkedHashMap<>();
                Trace.parameters(model).forEach((name, parameter) -> {
                    if (parameter.trainable()) {
                        gradients.put(
                                name, state.get(Differentiated.gradientOf(name)).toFloats());
                    } else {
                        assertTrue(!state.contains(Differentiated.gradientOf(name)), name);
                        assertTrue(!state.contains(AdamW.firstMoment(name)), name);
                    }
                });
                return gradients;
            }
        }
    }

    private static double difference(float[] expected, float[] found) {
        double squares = 0;
        double all = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow((double) expected[i] - found[i], 2);
            all += Math.pow(expected[i], 2);
        }
        return Math.sqrt(squares / all);
    }
}
