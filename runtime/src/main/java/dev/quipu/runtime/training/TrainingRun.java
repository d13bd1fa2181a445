package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.checkpoint.Checkpoint;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.data.DataSplit;
import dev.quipu.runtime.data.PackedDocuments;
import dev.quipu.runtime.data.Rows;
import dev.quipu.runtime.generation.GenerationOptions;
import dev.quipu.runtime.generation.Generator;
import dev.quipu.runtime.sampling.SamplingOptions;
import dev.quipu.runtime.start.StartUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/** One run of a {@link Trainer}: the steps, and what happens between them. */
final class TrainingRun implements AutoCloseable {
    private static final int SAMPLE_TOKENS = 240;
    private static final SamplingOptions SAMPLING = new SamplingOptions(0.7, 0, 0.95, 0, 1);

    private final Trainer trainer;
    private final TrainingOptions options;
    private final TrainingState begun;
    private final TrainingListener listener;
    private final TrainingSteps steps;
    private final Optional<Validation> validation;
    private final CompletableFuture<Double> unigramEntropy;
    private final int[] prompt;
    private final RunFolder folder;
    private final Generator generator;
    private boolean canSample = true;
    private Optional<String> sample = Optional.empty();
    private OptionalDouble trainingLoss = OptionalDouble.empty();
    private OptionalDouble validationLoss = OptionalDouble.empty();

    TrainingRun(Trainer trainer, TrainingState begun, TrainingListener listener) {
        this.trainer = trainer;
        this.options = trainer.options();
        this.begun = begun;
        this.listener = listener;
        TrainingText text = trainer.text();
        DataSplit split = text.split(options);
        Rows rows = text.rows(split.training(), options).orElseThrow();
        if (rows instanceof PackedDocuments packed && packed.cut() > 0) {
            listener.say(packed.cut() + " documents are longer than --seq " + options.sequence() + " and are cut");
        }
        TrainingSettings.changeOfPlan(
                        begun.settings(), options.plan(), trainer.programs().planHash())
                .ifPresent(listener::say);
        this.steps = new TrainingSteps(trainer, rows, begun);
        this.validation = split.validation()
                .flatMap(range -> text.rows(range, options))
                .map(heldOut -> new Validation(trainer, heldOut));
        // Every token that is held out, for a number that is told at the second checkpoint.
        this.unigramEntropy = CompletableFuture.supplyAsync(() -> text.unigramEntropy(split));
        this.prompt = text.prompt(split, trainer.model().contextLength() / 2);
        this.generator = new Generator(trainer.model(), text.tokenizer(), trainer.state(), trainer.device());
        if (!Files.exists(trainer.folder().resolve(TrainingStateFiles.STATE))) {
            StartUp.PROCESS.measure(StartUp.Part.CHECKPOINT, this::begin);
        }
        this.folder = RunFolder.open(trainer.folder(), begun.step());
    }

    private Path begin() {
        requireFinite();
        RunFolder.create(trainer.folder(), this::write);
        return trainer.folder();
    }

    /** Trains to the end, or until it is stopped. */
    TrainingReport complete() {
        if (trainer.isTuning()) {
            validation.ifPresent(this::validate); // what the weights are worth before they change
        }
        listener.begins();
        while (steps.completed() < options.steps() && !trainer.isStopped()) {
            Metric.Training metric = steps.next();
            trainingLoss = OptionalDouble.of(metric.loss());
            folder.record(metric);
            listener.step(metric);
            between(metric.step());
        }
        return report();
    }

    private void between(long step) {
        TrainingOptions.Intervals intervals = options.intervals();
        boolean last = step == options.steps();
        if (last || intervals.isValidationDue(step)) {
            validation.ifPresent(this::validate);
        }
        if (intervals.sample() > 0 && (last || intervals.isSampleDue(step))) {
            sample();
        }
        if (last || intervals.isCheckpointDue(step) || trainer.isStopped()) {
            checkpoint();
        }
    }

    private void validate(Validation measure) {
        Metric.Validation metric = new Metric.Validation(steps.completed(), measure.measure(steps.completed()));
        validationLoss = OptionalDouble.of(metric.loss());
        folder.record(metric);
        listener.validation(metric);
    }

    private void sample() {
        if (!canSample) {
            return;
        }
        GenerationOptions how = new GenerationOptions(SAMPLING, SAMPLE_TOKENS, options.seed() + steps.completed());
        try {
            String written = trainer.text().tokenizer().decode(prompt)
                    + generator.generate(prompt, how, piece -> {}).text();
            sample = Optional.of(written);
            listener.sample(steps.completed(), written);
        } catch (QuipuException e) {
            listener.say("no samples, because this model cannot be sampled: " + e.getMessage());
            canSample = false;
        }
    }

    private void checkpoint() {
        requireFinite();
        folder.checkpoint(steps.completed(), unigramEntropy.join(), this::write);
        listener.checkpoint(steps.completed(), trainer.folder());
    }

    /** A checkpoint is something to go on from: it never holds what is not finite. */
    private void requireFinite() {
        Optional<String> bad = new NonFiniteSearch(trainer.model(), trainer.state()).inState();
        if (bad.isPresent()) {
            throw QuipuException.of(
                    "finite weights and moments",
                    bad.get(),
                    "step " + steps.completed(),
                    "earlier checkpoints stay; try a lower --lr or a longer --warmup");
        }
    }

    private void write(Path into) throws IOException {
        TrainingState now = steps.stateWith(TrainingSettings.asNow(
                begun.settings(), options, trainer.programs().planHash()));
        Checkpoint.write(into, trainer.model(), trainer.text().tokenizer(), trainer.state(), now);
    }

    private TrainingReport report() {
        return new TrainingReport(
                trainer.folder(),
                steps.completed(),
                options.steps(),
                trainingLoss,
                validationLoss,
                unigramEntropy.join(),
                steps.tokens(),
                steps.seconds(),
                steps.tokensPerSecond(),
                steps.flopsPerSecond(),
                PeakMemory.of(trainer.programs().arenaBytes(), trainer.state().bytes()),
                sample);
    }

    @Override
    public void close() {
        unigramEntropy.join(); // the text that it reads is closed next
        generator.close();
        folder.close();
    }
}
