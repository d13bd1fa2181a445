package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.reference.Array;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.plan.PlannedRuns;
import dev.quipu.runtime.training.TrainingPrograms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A run of training is one run, bit by bit, whatever its steps keep. */
class PlannedTrainingTest {
    private static final int STEPS = 20;
    private static final int BATCH = 3;
    private static final int SEQUENCE = 19;
    private static final double RATE = 3e-3;

    @Test
    void lossesWeightsAndMomentsAreThoseOfThePlanThatKeepsAll() {
        GoldenModel golden = GoldenModel.open("llama-tiny");
        Array batches = golden.values("train.safetensors").get("batches");
        PlanRequest budget = PlannedRuns.budgets(
                        3,
                        plan -> Compiler.verifying()
                                .keeping(plan)
                                .gradient(golden.model(), BATCH, SEQUENCE)
                                .scheduled(),
                        11)
                .getLast();
        try (JvmDevice device = new JvmDevice(2)) {
            Map<String, float[]> expected = train(golden, batches, device, PlanRequest.SAVE_ALL);
            float[] losses = expected.get("losses");
            assertTrue(losses[STEPS - 1] < losses[0], "the model learns");
            for (PlanRequest plan : List.of(PlanRequest.PAPER, PlanRequest.BLOCKS, budget)) {
                Map<String, float[]> found = train(golden, batches, device, plan);
                assertEquals(expected.keySet(), found.keySet());
                expected.forEach(
                        (name, values) -> assertArrayEquals(values, found.get(name), plan.name() + ": " + name));
            }
        }
    }

    /** The loss of every step, and the state after the last one. */
    private static Map<String, float[]> train(GoldenModel golden, Array batches, JvmDevice device, PlanRequest plan) {
        try (State state = new State()) {
            ModelWeights.load(golden.model(), golden.folder(), state);
            Compiler compiler = Compiler.verifying().keeping(plan);
            float[] losses = new float[STEPS];
            try (TrainingPrograms programs =
                    new TrainingPrograms(device, state, golden.model(), AdamW.LLAMA, BATCH, SEQUENCE, compiler)) {
                for (int step = 0; step < STEPS; step++) {
                    fill(programs, batches, step);
                    losses[step] = programs.gradient(1f / (BATCH * SEQUENCE));
                    programs.update(RATE, step + 1);
                }
            }
            Map<String, float[]> values = new LinkedHashMap<>(Map.of("losses", losses));
            state.names().forEach(name -> values.put(name, state.get(name).toFloats()));
            return values;
        }
    }

    private static void fill(TrainingPrograms programs, Array batches, int step) {
        for (int i = 0; i < BATCH * SEQUENCE; i++) {
            int place = (step * BATCH + i / SEQUENCE) * (SEQUENCE + 1) + i % SEQUENCE;
            programs.tokens().setInt(i, (int) batches.get(place));
            programs.targets().setInt(i, (int) batches.get(place + 1));
        }
    }
}
