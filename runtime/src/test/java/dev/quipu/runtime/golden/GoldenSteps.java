package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.reference.Array;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.training.CosineSchedule;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The thirty steps of AdamW of a golden model through the trainer's own programs, against PyTorch's in float64.
 *
 * @param lossTolerance of each step's loss, relative
 * @param tolerance of the gradients' norms and, as the norm of the difference over the norm, of the last weights
 */
record GoldenSteps(GoldenModel golden, Compiler compiler, double lossTolerance, double tolerance) {
    /** Runs and compares all steps. */
    void replay(Device device) {
        Map<String, Array> expected = golden.values("train.safetensors");
        JsonNode settings = JsonMapper.shared()
                .readTree(golden.folder().resolve("train.json").toFile());
        Array batches = expected.get("batches");
        int batch = batches.type().shape().size(1);
        int sequence = batches.type().shape().size(2) - 1;
        try (State state = new State()) {
            ModelWeights.load(golden.model(), golden.folder(), state);
            try (TrainingPrograms programs = new TrainingPrograms(
                    device, state, golden.model(), optimizer(settings), batch, sequence, compiler)) {
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

    private void replay(
            TrainingPrograms programs, CosineSchedule schedule, Map<String, Array> expected, int batch, int sequence) {
        for (int step = 0; step < schedule.steps(); step++) {
            fill(programs.tokens(), expected.get("batches"), step, batch, sequence, 0);
            fill(programs.targets(), expected.get("batches"), step, batch, sequence, 1);
            String where = "step " + (step + 1);
            double loss = expected.get("loss").get(step);
            assertEquals(loss, programs.gradient(1f / (batch * sequence)), lossTolerance * loss, where);
            double rate = schedule.at(step + 1);
            assertEquals(expected.get("lr").get(step), rate, 1e-6 * rate, where);
            double norm = expected.get("grad_norm").get(step);
            assertEquals(norm, programs.update(rate, step + 1), tolerance * norm, where);
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

    private void assertNear(String name, Array expected, float[] found) {
        Array difference = Array.of(expected.type(), i -> expected.get(i) - found[i]);
        double relative = difference.norm() / expected.norm();
        assertTrue(relative <= tolerance, () -> name + ": the difference's norm is " + relative);
    }
}
