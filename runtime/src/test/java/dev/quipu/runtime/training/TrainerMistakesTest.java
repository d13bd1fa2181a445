package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Policy;
import dev.quipu.dsl.QuipuException;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.training.TinyRun.StopAfter;
import dev.quipu.runtime.training.TinyRun.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit is refused in one line, before anything is changed. */
class TrainerMistakesTest {
    @TempDir
    Path root;

    private TinyRun tiny;

    @BeforeEach
    void folder() {
        tiny = new TinyRun(root);
    }

    private static void assertRefused(String line, Executable mistake) {
        String message = assertThrows(QuipuException.class, mistake).getMessage();
        assertTrue(message.contains(line), message);
    }

    @Test
    void optionsOutOfTheirRangeAreRefusedByName() {
        Map<String, Consumer<TrainingOptionsBuilder>> mistakes = new TreeMap<>();
        mistakes.put("batch: expected at least 1, found 0", options -> options.batch(0));
        mistakes.put("seq: expected at least 1, found -1", options -> options.sequence(-1));
        mistakes.put("accumulate: expected at least 1, found 0", options -> options.accumulate(0));
        mistakes.put("expected at least 1 step, found 0", options -> options.steps(0));
        mistakes.put("expected a warm-up of 0 to 6 steps, found 7", options -> options.warmup(7));
        mistakes.put("learning rate: expected a peak above 0, found -1.0", options -> options.learningRate(-1));
        mistakes.put("validation-share: expected 0 to below 1, found 1.0", options -> options.validationShare(1));
        mistakes.put("validate-every: expected 0 (never) or more, found -2", options -> options.validateEvery(-2));
        mistakes.put("expected betas in [0, 1)", options -> options.betas(0.9, 1));
        mistakes.put("workers: expected at least 1", options -> options.workers(-1));
        mistakes.put("expected a device, found 'tornad'; did you mean tornado?", options -> options.device("tornad"));
        mistakes.forEach((line, mistake) -> {
            TrainingOptionsBuilder options = TinyRun.options();
            mistake.accept(options);
            assertRefused(line, options::build);
        });
    }

    /** What the policy decides is not in the file. */
    @Test
    void aRunUnderAPlanOfItsOwnGoesOnOnlyUnderANamedOne() {
        TrainingOptions options = TinyRun.options()
                .plan(PlanRequest.of("mine", Policy.keep(choice -> choice.bytes() > 1000)))
                .build();
        Path run = tiny.folder("run");
        try (TrainingText text = tiny.text()) {
            try (Trainer trainer = Trainer.start(TinyRun.source(), text, options, run)) {
                trainer.run(new StopAfter(2, trainer));
            }
            Map<String, String> stored = TrainingStateFiles.readState(run).settings();
            assertRefused(
                    "--plan: expected a plan with a name, found 'mine', the run's own",
                    () -> Trainer.resume(text, TrainingSettings.options(stored).build(), run));
            TrainingOptions named =
                    TrainingSettings.options(stored).plan(PlanRequest.PAPER).build();
            try (Trainer trainer = Trainer.resume(text, named, run)) {
                assertTrue(trainer.run(new Told()).isComplete());
            }
        }
    }

    private Executable start(TrainingText text, TrainingOptionsBuilder options) {
        return () -> Trainer.start(TinyRun.source(), text, options.build(), tiny.folder("run"));
    }

    @Test
    void aTextShorterThanAWindowIsRefused() {
        try (TrainingText text = tiny.text("fifteen letters")) {
            assertRefused("expected at least 17 tokens", start(text, TinyRun.options()));
        }
    }

    @Test
    void aSequenceLongerThanTheContextIsRefused() {
        try (TrainingText text = tiny.text()) {
            assertRefused(
                    "at most 32 tokens, the model's context, found 64",
                    start(text, TinyRun.options().sequence(64)));
        }
    }

    @Test
    void aVocabularySmallerThanTheTokenizersIsRefused() {
        Llama small = Llama.of(LlamaConfig.of(16, 1, 2, 24, 100, 32));
        try (TrainingText text = tiny.text()) {
            assertRefused(
                    "expected a tokenizer of at most 100 tokens, the model's vocabulary, found 258",
                    () -> Trainer.start(
                            TinyRun.source(small), text, TinyRun.options().build(), tiny.folder("run")));
        }
    }

    @Test
    void aFolderWithSomethingInItIsRefused() throws IOException {
        Files.createDirectories(tiny.folder("run"));
        Files.writeString(tiny.folder("run").resolve("letter.txt"), "dear reader");
        try (TrainingText text = tiny.text()) {
            assertRefused("expected a new or empty folder, found one with files in it", start(text, TinyRun.options()));
        }
        assertEquals("dear reader", Files.readString(tiny.folder("run").resolve("letter.txt")));
    }

    @Test
    void aFolderThatCannotBeWrittenEndsTheRunInALine() throws IOException {
        Files.writeString(tiny.folder("run"), "a file where a folder should be");
        assertRefused("expected to write all files", () -> tiny.run("run/inside", options -> {}, new Told()));
    }

    @Test
    void resumingRefusesEveryChangeThatWouldChangeWeightsByName() {
        Map<String, Consumer<TrainingOptionsBuilder>> changes = new TreeMap<>();
        changes.put("steps", options -> options.steps(7));
        changes.put("batch", options -> options.batch(3));
        changes.put("seq", options -> options.sequence(15));
        changes.put("accumulate", options -> options.accumulate(2));
        changes.put("lr", options -> options.learningRate(0.5));
        changes.put("warmup", options -> options.warmup(1));
        changes.put("final-ratio", options -> options.finalRatio(0.5));
        changes.put("weight-decay", options -> options.weightDecay(0.5));
        changes.put("beta1", options -> options.betas(0.5, 0.95));
        changes.put("beta2", options -> options.betas(0.9, 0.5));
        changes.put("epsilon", options -> options.epsilon(0.5));
        changes.put("clip", options -> options.clip(0.5));
        changes.put("seed", options -> options.seed(5));
        changes.put("validation-share", options -> options.validationShare(0.5));
        Path run = tiny.folder("run");
        try (TrainingText text = tiny.text()) {
            try (Trainer trainer =
                    Trainer.start(TinyRun.source(), text, TinyRun.options().build(), run)) {
                trainer.run(new StopAfter(2, trainer));
            }
            Map<String, String> stored = TrainingStateFiles.readState(run).settings();
            changes.forEach((name, change) -> {
                TrainingOptionsBuilder options = TrainingSettings.options(stored);
                change.accept(options);
                assertRefused(
                        "--" + name + " of a resumed run: expected " + stored.get(name),
                        () -> Trainer.resume(text, options.build(), run));
            });
        }
        try (TrainingText other = tiny.text("another text, which is as long as a window\n".repeat(30))) {
            assertRefused(
                    "the text of a resumed run: expected 2841 tokens",
                    () -> Trainer.resume(other, TinyRun.options().build(), run));
        }
    }

    @Test
    void aCompleteRunIsNotResumed() {
        tiny.run("run", options -> {}, new Told());
        try (TrainingText text = tiny.text()) {
            assertRefused(
                    "expected a run with steps to go, found all 6 done",
                    () -> Trainer.resume(text, TinyRun.options().build(), tiny.folder("run")));
            assertRefused(
                    "expected a checkpoint with training.json, found none",
                    () -> Trainer.resume(text, TinyRun.options().build(), tiny.folder("nowhere")));
        }
    }

    @Test
    void settingsReadBackAsTheOptionsTheyWereWrittenFrom() {
        TrainingOptions options = TinyRun.options()
                .learningRate(1.0 / 3)
                .seed(-7)
                .accumulate(3)
                .workers(2)
                .build();
        try (TrainingText text = tiny.text()) {
            Map<String, String> settings = TrainingSettings.of(options, text);
            assertEquals(
                    options, TrainingSettings.options(settings).verify(true).build());
            assertEquals(text.paths(), TrainingSettings.data(settings));
            settings.put("lr", "fast");
            assertRefused("found 'fast'; the checkpoint is damaged", () -> TrainingSettings.options(settings));
            settings.remove("lr");
            assertRefused("expected a setting lr, found none", () -> TrainingSettings.options(settings));
        }
    }
}
