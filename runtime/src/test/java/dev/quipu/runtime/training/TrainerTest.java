package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.training.TinyRun.StopAfter;
import dev.quipu.runtime.training.TinyRun.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final List<String> WEIGHTS = List.of("model.safetensors", TrainingStateFiles.MOMENTS);

    @TempDir
    Path root;

    private TinyRun tiny;

    @BeforeEach
    void folder() {
        tiny = new TinyRun(root);
    }

    @Test
    void learnsAndTellsWhatItDoes() throws IOException {
        Told told = new Told();
        TrainingReport report =
                tiny.run("run", options -> options.steps(30).validateEvery(10).sampleEvery(8), told);
        List<Metric> metrics = MetricsFile.read(tiny.folder("run").resolve(RunFolder.METRICS));
        assertEquals(told.metrics, metrics);
        assertEquals(33, metrics.size());
        Metric.Training first = (Metric.Training) metrics.getFirst();
        Metric.Training last = (Metric.Training) metrics.get(metrics.size() - 2);
        assertEquals(Math.log(264), first.loss(), 0.2);
        assertTrue(last.loss() < 3.5, last.toString());
        assertEquals(30 * 64, last.tokens());
        assertEquals(
                last.flopsPerSecond() / last.tokensPerSecond(), first.flopsPerSecond() / first.tokensPerSecond(), 1);
        assertEquals(report.validationLoss().orElseThrow(), metrics.getLast().loss());
        assertTrue(report.unigramEntropy() > 2 && report.unigramEntropy() < 4);
        assertTrue(report.isComplete());
        assertTrue(
                report.sample().orElseThrow().startsWith("To hold a graph"),
                report.sample().orElseThrow());
        assertEquals(List.of(8L, 16L, 24L, 30L), told.sampledAt);
        assertTrue(report.memory().arenas() >= 0 && report.memory().state() > 0);
        assertTrue(Files.readString(tiny.folder("run").resolve(RunFolder.CHART)).contains("<svg"));
    }

    @Test
    void theSameSeedGivesBitwiseTheSameWeights() {
        tiny.run("one", options -> options.workers(1), new Told());
        tiny.run("again", options -> options.workers(1), new Told());
        tiny.run("two", options -> options.workers(2), new Told());
        tiny.run("other", options -> options.seed(2), new Told());
        for (String file : WEIGHTS) {
            byte[] one = TinyRun.bytes(tiny.folder("one").resolve(file));
            assertArrayEquals(one, TinyRun.bytes(tiny.folder("again").resolve(file)), file);
            assertArrayEquals(one, TinyRun.bytes(tiny.folder("two").resolve(file)), file);
            assertFalse(Arrays.equals(one, TinyRun.bytes(tiny.folder("other").resolve(file))), file);
        }
    }

    @Test
    void aResumedRunEndsBitwiseWhereAnUninterruptedOneDoes() {
        tiny.run("whole", options -> {}, new Told());
        TrainingOptions options = TinyRun.options().build();
        try (TrainingText text = tiny.text()) {
            try (Trainer trainer = Trainer.start(TinyRun.source(), text, options, tiny.folder("cut"))) {
                TrainingReport report = trainer.run(new StopAfter(3, trainer));
                assertEquals(3, report.step());
                assertFalse(report.isComplete());
            }
            Told told = new Told();
            try (Trainer trainer = Trainer.resume(text, options, tiny.folder("cut"))) {
                assertTrue(trainer.run(told).isComplete());
            }
            assertEquals(4, told.metrics.getFirst().step());
        }
        for (String file : WEIGHTS) {
            assertArrayEquals(
                    TinyRun.bytes(tiny.folder("whole").resolve(file)),
                    TinyRun.bytes(tiny.folder("cut").resolve(file)),
                    file);
        }
        assertEquals(losses("whole"), losses("cut"));
    }

    /** On a device that computes as the real one does, under three plans in one run, with exceptions that a checkpoint keeps. */
    @Test
    void plansChangeNoWeight() {
        tiny.run("whole", options -> {}, new Told());
        PlanRequest begun = PlanRequest.PAPER.save(new Glob("*.rmsNorm")).recompute(new Glob("*.up.matMul"));
        try (TrainingText text = tiny.text()) {
            TrainingOptions options = TinyRun.options().plan(begun).build();
            try (Trainer trainer = Trainer.start(TinyRun.source(), text, options, tiny.folder("cut"))) {
                trainer.run(new StopAfter(2, trainer));
            }
            TrainingOptionsBuilder stored = TrainingSettings.options(
                    TrainingStateFiles.readState(tiny.folder("cut")).settings());
            assertEquals(begun, stored.plan());
            try (Trainer trainer = Trainer.resume(text, stored.build(), tiny.folder("cut"))) {
                trainer.run(new StopAfter(4, trainer));
            }
            stored.plan(PlanRequest.BLOCKS);
            try (Trainer trainer = Trainer.resume(text, stored.build(), tiny.folder("cut"))) {
                assertTrue(trainer.run(new Told()).isComplete());
            }
        }
        for (String file : WEIGHTS) {
            assertArrayEquals(
                    TinyRun.bytes(tiny.folder("whole").resolve(file)),
                    TinyRun.bytes(tiny.folder("cut").resolve(file)),
                    file);
        }
    }

    @Test
    void checkpointsKnowTheirPlanAndARunThatGoesOnUnderAnotherSaysSo() throws IOException {
        TrainingOptions saveAll = TinyRun.options().build();
        TrainingOptions paper = TinyRun.options().plan(PlanRequest.PAPER).build();
        try (TrainingText text = tiny.text()) {
            StopAfter begun = stopped(Trainer.start(TinyRun.source(), text, saveAll, tiny.folder("run")), 1);
            assertEquals(List.of(), begun.lines);
            String first = planHash();

            assertEquals(List.of(), stopped(Trainer.resume(text, saveAll, tiny.folder("run")), 2).lines);
            assertEquals(first, planHash());

            StopAfter other = stopped(Trainer.resume(text, paper, tiny.folder("run")), 3);
            String second = planHash();
            assertNotEquals(first, second);
            assertEquals(
                    List.of("the checkpoint was made under plan saveAll (" + first.substring(0, 8)
                            + "), this run goes on under paper (" + second.substring(0, 8)
                            + "): results stay bitwise the same"),
                    other.lines);
            assertEquals("paper", settings().get("plan"));
            assertEquals(List.of(), stopped(Trainer.resume(text, paper, tiny.folder("run")), 4).lines);
        }
    }

    /** Checkpoints of earlier versions do not say what became of their plan. */
    @Test
    void aCheckpointWithoutThePlansHashIsGoneOnWith() throws IOException {
        TrainingOptions options = TinyRun.options().build();
        try (TrainingText text = tiny.text()) {
            stopped(Trainer.start(TinyRun.source(), text, options, tiny.folder("run")), 1);
            Path file = tiny.folder("run").resolve(TrainingStateFiles.STATE);
            String known = Files.readString(file);
            String older = known.replaceFirst(",\\s*\"plan-hash\" : \"" + planHash() + "\"", "");
            assertNotEquals(known, older);
            Files.writeString(file, older);
            TrainingOptions blocks = TinyRun.options().plan(PlanRequest.BLOCKS).build();
            assertEquals(List.of(), stopped(Trainer.resume(text, blocks, tiny.folder("run")), 2).lines);
            assertEquals(64, planHash().length());
        }
    }

    private StopAfter stopped(Trainer made, long step) {
        try (Trainer trainer = made) {
            StopAfter told = new StopAfter(step, trainer);
            trainer.run(told);
            return told;
        }
    }

    private Map<String, String> settings() {
        return TrainingStateFiles.readState(tiny.folder("run")).settings();
    }

    private String planHash() {
        return settings().get("plan-hash");
    }

    private List<Double> losses(String run) {
        return MetricsFile.read(tiny.folder(run).resolve(RunFolder.METRICS)).stream()
                .map(Metric::loss)
                .toList();
    }

    @Test
    void microBatchesAddUpToTheirBatch() {
        tiny.run("batch", options -> {}, new Told());
        tiny.run("parts", options -> options.batch(2).accumulate(2).steps(TinyRun.STEPS), new Told());
        try (State batch = new State();
                State parts = new State()) {
            ModelWeights.load(TinyRun.model(), tiny.folder("batch"), batch);
            ModelWeights.load(TinyRun.model(), tiny.folder("parts"), parts);
            for (String name : batch.names()) {
                float[] expected = batch.get(name).toFloats();
                float[] found = parts.get(name).toFloats();
                for (int i = 0; i < expected.length; i++) {
                    // Adam divides by the gradient's size: where that is nearly nothing, rounding decides its sign.
                    assertEquals(expected[i], found[i], 2e-3, name + " at " + i);
                }
            }
        }
        List<Double> whole = losses("batch");
        List<Double> summed = losses("parts");
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i), summed.get(i), 1e-4, "loss " + i);
        }
    }

    @Test
    void checkpointsComeWhenTheyAreDueAndAtTheEnd() {
        Told told = new Told();
        tiny.run("run", options -> options.steps(5), told);
        assertEquals(List.of(2L, 4L, 5L), told.checkpoints);
        assertEquals(5, TrainingStateFiles.readState(tiny.folder("run")).step());
    }

    /** Each position sees all others: it can be trained, but not sampled position by position. */
    public record LookingAhead(Embedding embedding, Linear output) implements Model {
        @Override
        public Tensor forward(Tensor tokens) {
            Tensor stream = embedding.apply(tokens);
            Shape shape = stream.shape();
            Tensor ahead = stream.sumTo(Shape.of(shape.dim(0), Dim.sequence(1), shape.dim(2)));
            return output.apply(stream.plus(ahead.broadcastTo(shape)));
        }

        @Override
        public int vocabularySize() {
            return 264;
        }

        @Override
        public int contextLength() {
            return 64;
        }
    }

    @Test
    void aModelThatCannotBeSampledTrainsAllTheSame() {
        Dim channel = new Dim("channel", 8);
        Dim vocabulary = new Dim("vocabulary", 264);
        Model model = new LookingAhead(Embedding.of(vocabulary, channel, 0.1), Linear.of(channel, vocabulary, 0.1));
        TrainingOptions options = TinyRun.options().steps(3).sampleEvery(1).build();
        Told told = new Told();
        try (TrainingText text = tiny.text();
                Trainer trainer = Trainer.start(TinyRun.source(model), text, options, tiny.folder("run"))) {
            assertTrue(trainer.run(told).sample().isEmpty());
        }
        assertEquals(1, told.lines.size(), told.lines.toString());
        assertTrue(told.lines.getFirst().startsWith("no samples, because this model cannot be sampled: "));
        assertTrue(told.lines.getFirst().contains("TrainerTest.java:"), told.lines.toString());
    }

    @Test
    void filesOfOthersSurviveACheckpoint() throws IOException {
        TrainingOptions options = TinyRun.options().build();
        try (TrainingText text = tiny.text()) {
            try (Trainer trainer = Trainer.start(TinyRun.source(), text, options, tiny.folder("run"))) {
                trainer.run(new StopAfter(1, trainer));
            }
            Files.writeString(tiny.folder("run").resolve("notes.txt"), "mine");
            try (Trainer trainer = Trainer.resume(text, options, tiny.folder("run"))) {
                trainer.run(new Told());
            }
        }
        assertEquals("mine", Files.readString(tiny.folder("run").resolve("notes.txt")));
        assertThrows(QuipuException.class, () -> tiny.run("run", changes -> {}, new Told()));
    }
}
