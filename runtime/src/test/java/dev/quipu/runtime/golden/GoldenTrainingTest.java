package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.reference.Array;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.training.CosineSchedule;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Thirty steps of AdamW through the trainer's own programs, against PyTorch's in float64. */
class GoldenTrainingTest {
    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double WEIGHT_TOLERANCE = 1e-3;

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void replaysTheSteps(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Map<String, Array> expected = golden.values("train.safetensors");
        JsonNode settings = JsonMapper.shared()
                .readTree(golden.folder().resolve("train.json").toFile());
        Array batches = expected.get("batches");
        int batch = batches.type().shape().size(1);
        int sequence = batches.type().shape().size(2) - 1;
        try (Device device = new JvmDevice(2);
                State state = new State()) {
            ModelWeights.load(golden.model(), golden.folder(), state);
            try (TrainingPrograms programs = new TrainingPrograms(
                    device, state, golden.model(), optimizer(settings), batch, sequence, Compiler.verifying())) {
                replay(programs, schedule(settings), expected, batch, sequence);
            }
            golden.names()
                    .forEach((parameter, name) -> assertNear(
                            name,
                            expected.get("final." + name),
                            state.get(parameter).toFloats()));
        }
    }

    private static AdamW optimizer(JsonNode settings) {
        return new AdamW(
                settings.get("beta1").asDouble(),
                settings.get("beta2").asDouble(),
                settings.get("eps").asDouble(),
                settings.get("weight_decay").asDouble(),
                settings.get("grad_clip").asDouble());
    }

    private static CosineSchedule schedule(JsonNode settings) {
        return new CosineSchedule(
                settings.get("lr").asDouble(),
                settings.get("warmup_steps").asInt(),
                settings.get("steps").asInt(),
                settings.get("final_lr_ratio").asDouble());
    }

    private static void replay(
            TrainingPrograms programs, CosineSchedule schedule, Map<String, Array> expected, int batch, int sequence) {
        for (int step = 0; step < schedule.steps(); step++) {
            fill(programs.tokens(), expected.get("batches"), step, batch, sequence, 0);
            fill(programs.targets(), expected.get("batches"), step, batch, sequence, 1);
            String where = "step " + (step + 1);
            double loss = expected.get("loss").get(step);
            assertEquals(loss, programs.gradient(1f / (batch * sequence)), LOSS_TOLERANCE * loss, where);
            double rate = schedule.at(step + 1);
            assertEquals(expected.get("lr").get(step), rate, 1e-6 * rate, where);
            double norm = expected.get("grad_norm").get(step);
            assertEquals(norm, programs.update(rate, step + 1), WEIGHT_TOLERANCE * norm, where);
        }
    }

    private static void fill(Buffer buffer, Array batches, int step, int batch, int sequence, int shift) {
        for (int row = 0; row < batch; row++) {
            for (int i = 0; i < sequence; i++) {
                int place = (step * batch + row) * (sequence + 1) + i + shift;
                buffer.setInt((long) row * sequence + i, (int) batches.get(place));
            }
        }
    }

    private static void assertNear(String name, Array expected, float[] found) {
        Array difference = Array.of(expected.type(), i -> expected.get(i) - found[i]);
        double relative = difference.norm() / expected.norm();
        assertTrue(relative <= WEIGHT_TOLERANCE, () -> name + ": the difference's norm is " + relative);
    }
}
