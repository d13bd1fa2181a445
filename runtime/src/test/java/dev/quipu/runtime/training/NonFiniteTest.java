package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.training.TinyRun.Told;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose numbers stop being finite end with a line that says where, and lose nothing. */
class NonFiniteTest {
    private static final int SPOILT_AFTER = 3;

    @TempDir
    Path root;

    /** Trains, spoils the state after a step, and tells the line that ends the run. */
    private String spoil(Consumer<State> change, Map<String, float[]> kept) {
        return spoil(TinyRun.options().validateEvery(0).build(), change, kept);
    }

    private String spoil(TrainingOptions options, Consumer<State> change, Map<String, float[]> kept) {
        TinyRun tiny = new TinyRun(root);
        try (TrainingText text = tiny.text();
                Trainer trainer = Trainer.start(TinyRun.source(), text, options, tiny.folder("run"))) {
            Told spoiling = new Told() {
                @Override
                public void step(Metric.Training step) {
                    super.step(step);
                    if (step.step() == SPOILT_AFTER) {
                        change.accept(trainer.state());
                        trainer.state().names().stream()
                                .filter(name -> !name.startsWith("gradient."))
                                .forEach(name ->
                                        kept.put(name, trainer.state().get(name).toFloats()));
                    }
                }
            };
            String line = assertThrows(QuipuException.class, () -> trainer.run(spoiling))
                    .getMessage();
            kept.forEach((name, values) ->
                    assertArrayEquals(values, trainer.state().get(name).toFloats(), name));
            return line;
        }
    }

    private static void fill(Buffer buffer, float value) {
        for (int i = 0; i < buffer.length(); i++) {
            buffer.setFloat(i, value);
        }
    }

    private void assertTheLastCheckpointIsThere() {
        Path folder = new TinyRun(root).folder("run");
        assertEquals(2, TrainingStateFiles.readState(folder).step());
        try (State state = new State()) {
            ModelWeights.load(TinyRun.model(), folder, state);
            for (String name : state.names()) {
                for (float value : state.get(name).toFloats()) {
                    assertTrue(Float.isFinite(value), name);
                }
            }
        }
    }

    @Test
    void namesTheParameterThatIsNotFinite() {
        String line =
                spoil(state -> state.get("layers.1.feedForward.up.weight").setFloat(5, Float.NaN), new HashMap<>());
        assertTrue(line.startsWith("step 4: "), line);
        assertTrue(line.contains("state layers.1.feedForward.up.weight is NaN at element 5"), line);
        assertTheLastCheckpointIsThere();
    }

    @Test
    void namesTheOpThatOverflowsWithItsLayerAndLineAndKeepsTheWeights() {
        Map<String, float[]> kept = new HashMap<>();
        String line = spoil(state -> fill(state.get("layers.1.feedForward.up.weight"), 3e38f), kept);
        assertTrue(line.startsWith("step 4: "), line);
        assertTrue(line.contains("of matMul (forward pass)"), line);
        assertTrue(line.contains("in layers.1.feedForward.up at Llama.java:"), line);
        assertTrue(kept.size() > 10, "the step must keep weights and moments");
        assertTheLastCheckpointIsThere();
    }

    @Test
    void tellsABackwardPassThatOverflows() {
        // Squares of the gradients overflow, and so does their norm, while the loss does not.
        String line = spoil(
                state -> {
                    fill(state.get("norm.weight"), 1e-30f);
                    fill(state.get("output.weight"), 1e30f);
                },
                new HashMap<>());
        assertTrue(line.startsWith("step 4: "), line);
        assertTrue(line.contains("norm is"), line);
    }

    @Test
    void aLearningRateThatIsFarTooHighEndsTheRun() {
        TinyRun tiny = new TinyRun(root);
        String line = assertThrows(
                        QuipuException.class,
                        () -> tiny.run(
                                "run", options -> options.learningRate(1e30).warmup(0), new Told()))
                .getMessage();
        assertTrue(line.contains("step "), line);
        assertTrue(line.contains("try a lower --lr"), line);
        assertEquals(0, TrainingStateFiles.readState(tiny.folder("run")).step());
    }

    @Test
    void aValidationLossThatIsNotFiniteEndsTheRunToo() {
        TrainingOptions options = TinyRun.options().validateEvery(1).build();
        String line = spoil(options, state -> fill(state.get("output.weight"), 3e38f), new HashMap<>());
        assertTrue(line.startsWith("step 3: expected finite numbers, found the validation loss is "), line);
        assertTrue(line.contains("Llama.java:"), line);
        assertTheLastCheckpointIsThere();
    }

    @Test
    void weightsThatAreBadFromTheStartAreNoCheckpoint() {
        TinyRun tiny = new TinyRun(root);
        try (TrainingText text = tiny.text();
                Trainer trainer =
                        Trainer.start(TinyRun.source(), text, TinyRun.options().build(), tiny.folder("run"))) {
            trainer.state().get("norm.weight").setFloat(0, Float.POSITIVE_INFINITY);
            String line = assertThrows(QuipuException.class, () -> trainer.run(new Told()))
                    .getMessage();
            assertTrue(line.contains("state norm.weight is Infinity at element 0"), line);
        }
        assertTrue(!tiny.folder("run").toFile().exists());
    }
}
