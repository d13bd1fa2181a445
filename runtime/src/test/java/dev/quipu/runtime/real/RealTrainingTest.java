package dev.quipu.runtime.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.training.TrainingPrograms;
import dev.quipu.runtime.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A pre-trained model trains on as it does under PyTorch in double precision: losses, first gradients, weights. */
class RealTrainingTest {
    private static final String REFERENCE = "data/reference/generated/stories260K_train3steps";
    private static final int BATCH = 4;
    private static final int SEQUENCE = 64;
    private static final int HEAD_SIZE = 8;
    private static final double TOLERANCE = 1e-4;

    /** What the reference calls a parameter of a layer. */
    private static final Map<String, String> IN_LAYER = Map.of(
            "attentionNorm", "an",
            "attention.wq", "wq",
            "attention.wk", "wk",
            "attention.wv", "wv",
            "attention.wo", "wo",
            "feedForwardNorm", "fn",
            "feedForward.gate", "w1",
            "feedForward.down", "w2",
            "feedForward.up", "w3");

    @Test
    void threeStepsFromPublishedWeights() {
        Path file = SharedData.of("data/weights/stories260K/stories260K.bin");
        JsonNode numbers =
                JsonMapper.shared().readTree(SharedData.of(REFERENCE + ".json").toFile());
        ModelSource source = ModelSource.withWeights(file.toString());
        try (Weights expected = Weights.open(SharedData.of(REFERENCE + ".safetensors"));
                State state = source.loadWeights();
                Device device = new JvmDevice(2);
                TrainingPrograms programs = new TrainingPrograms(
                        device, state, source.model(), AdamW.LLAMA, BATCH, SEQUENCE, Compiler.verifying())) {
            int[] batches = RealLogitsTest.ints(expected.tensor("batches"));
            for (int step = 0; step < 3; step++) {
                fill(programs.tokens(), batches, step, 0);
                fill(programs.targets(), batches, step, 1);
                double loss = numbers.get("loss").get(step).asDouble();
                assertEquals(loss, programs.gradient(1f / (BATCH * SEQUENCE)), TOLERANCE * loss, "loss " + step);
                if (step == 0) {
                    compare("grad0.", source, state, expected);
                }
                double norm = numbers.get("gradnorm").get(step).asDouble();
                assertEquals(norm, programs.update(numbers.get("lr").asDouble(), step + 1), TOLERANCE * norm);
            }
            compare("after3.", source, state, expected);
        }
    }

    private static void fill(Buffer buffer, int[] batches, int step, int shift) {
        for (int row = 0; row < BATCH; row++) {
            for (int i = 0; i < SEQUENCE; i++) {
                buffer.setInt((long) row * SEQUENCE + i, batches[(step * BATCH + row) * (SEQUENCE + 1) + i + shift]);
            }
        }
    }

    private static void compare(String prefix, ModelSource source, State state, Weights expected) {
        for (String parameter : Trace.parameters(source.model()).keySet()) {
            String name = prefix.equals("grad0.") ? Differentiated.gradientOf(parameter) : parameter;
            float[] found = state.get(name).toFloats();
            double[] wanted = wanted(prefix, parameter, expected, found.length);
            double distance = RealLogitsTest.distance(wanted, found);
            assertTrue(distance < TOLERANCE, () -> prefix + parameter + ": relative difference " + distance);
        }
    }

    private static double[] wanted(String prefix, String parameter, Weights expected, int length) {
        String[] path = parameter.split("\\.", 3);
        if (!path[0].equals("layers")) {
            String name = path[0].equals("embedding") ? "tok" : path[0];
            return doubles(expected.tensor(prefix + name).toFloats());
        }
        String part = IN_LAYER.get(path[2].substring(0, path[2].lastIndexOf('.')));
        double[] all = doubles(expected.tensor(prefix + part).toFloats());
        int layer = Integer.parseInt(path[1]);
        double[] one = Arrays.copyOfRange(all, layer * length, (layer + 1) * length);
        return part.equals("wq") || part.equals("wk") ? halves(one, 64) : one;
    }

    /** Rows 0, 2, 4, 6 of a head before its rows 1, 3, 5, 7. */
    private static double[] halves(double[] rows, int width) {
        double[] moved = new double[rows.length];
        for (int to = 0; to < rows.length / width; to++) {
            int place = to % HEAD_SIZE;
            int from = to - place + (place < HEAD_SIZE / 2 ? 2 * place : 2 * place - HEAD_SIZE + 1);
            System.arraycopy(rows, from * width, moved, to * width, width);
        }
        return moved;
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }
}
