package dev.quipu.runtime.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.Weights;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models from other programs' files give the logits that were computed from those files in double precision. */
class RealLogitsTest {
    @ParameterizedTest
    @CsvSource({
        "stories260K/stories260K.bin,                           stories260K_greedy_logits",
        "stories260K/llama2zig_checkpoint_v1.bin,               stories260K_greedy_logits",
        "stories260K/llama2ts_tinystories_260k_v1.bin,          stories260K_greedy_logits",
        "llama2-tiny-random-gguf/llama-2-tiny-random.gguf,      llama2_tiny_random_gguf_logits",
    })
    void logitsAreThoseOfTheOriginal(String model, String reference) {
        Path file = SharedData.of("data/weights/" + model);
        Path values = SharedData.of("data/reference/generated/" + reference + ".safetensors");
        ModelSource source = ModelSource.withWeights(file.toString());
        try (Weights stored = Weights.open(values);
                State state = source.loadWeights();
                JvmDevice device = new JvmDevice(2)) {
            int[] ids = ints(stored.tensor("ids"));
            double[] expected = stored.tensor("logits_f64").data().toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
            try (Executable program = device.load(
                    new Compiler(true).logits(source.model(), 1, ids.length).scheduled(), state)) {
                Buffer tokens = program.input(Traced.TOKENS);
                for (int i = 0; i < ids.length; i++) {
                    tokens.setInt(i, ids[i]);
                }
                program.run();
                float[] found = program.result(Traced.LOGITS).toFloats();
                assertEquals(expected.length, found.length);
                double difference = distance(expected, found);
                assertTrue(difference < 1e-4, "relative difference " + difference);
            }
        }
    }

    static int[] ints(StoredTensor tensor) {
        tensor.expect(ElementType.I32);
        return tensor.data().toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    /** Norm of the difference over the norm. */
    static double distance(double[] expected, float[] found) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (expected[i] - found[i]) * (expected[i] - found[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }
}
