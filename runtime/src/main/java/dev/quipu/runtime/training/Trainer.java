package dev.quipu.runtime.training;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.checkpoint.Checkpoint;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.data.StreamPosition;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.devices.Devices;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.model.Moments;
import dev.quipu.runtime.start.StartUp;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Trains a model on a text, into a folder:
 *
 * <pre>
 * ModelSource model = ModelSource.of("llama-tiny");
 * TrainingText text = TrainingText.of(List.of(Path.of("texts")), new ByteTokenizer());
 * TrainingOptions options = TrainingOptions.of(model.recipe().orElseThrow()).steps(300).build();
 * try (Trainer trainer = Trainer.start(model, text, options, Path.of("runs/mine"))) {
 *     System.out.println(trainer.run(new TrainingDisplay(options.steps())));
 * }
 * </pre>
 *
 * <p>The same model, text, options and device give bitwise the same weights, with any number of workers, and also when the run is
 * stopped and resumed.
 */
public final class Trainer implements AutoCloseable {
    private final Model model;
    private final TrainingText text;
    private final TrainingOptions options;
    private final Path folder;
    private final TrainingState begun;
    private final boolean tuning;
    private final Device device;
    private final State state = new State();
    private TrainingPrograms programs;
    private volatile boolean stopped;

    private Trainer(
            Model model, TrainingText text, TrainingOptions options, Path folder, TrainingState begun, boolean tuning) {
        requireVocabulary(model, text);
        this.model = model;
        this.text = text;
        this.options = options;
        this.folder = folder;
        this.begun = begun;
        this.tuning = tuning;
        this.device = Devices.open(
                options.device(), options.workers() == 0 ? OptionalInt.empty() : OptionalInt.of(options.workers()));
    }

    /**
     * Begins a run. A model that comes with weights goes on from them; one without gets first values that the seed decides.
     *
     * @param folder new or empty; its first checkpoint is written at once
     * @throws QuipuException if model, text, options and folder do not fit each other
     */
    public static Trainer start(ModelSource source, TrainingText text, TrainingOptions options, Path folder) {
        return start(source, text, options, folder, Optional.empty());
    }

    /**
     * Begins a run that goes on where another program's stopped: from the model's weights, with the optimizer's moments, and at
     * the step after theirs, of {@code options.steps()} in all. The text begins anew.
     *
     * @param moments read before this returns
     * @throws QuipuException if model, moments, text, options and folder do not fit each other
     */
    public static Trainer startFrom(
            ModelSource source, TrainingText text, TrainingOptions options, Path folder, Moments moments) {
        requireStepsToGo(moments.step(), options, "moments", "let --steps count those before, too");
        return start(source, text, options, folder, Optional.of(moments));
    }

    private static Trainer start(
            ModelSource source, TrainingText text, TrainingOptions options, Path folder, Optional<Moments> moments) {
        RunFolder.requireFree(folder);
        text.split(options);
        long step = moments.map(Moments::step).orElse(0L);
        TrainingState begun =
                new TrainingState(step, StreamPosition.START, options.seed(), 0, 0, TrainingSettings.of(options, text));
        Model model = options.tuning().begin(source.model());
        Trainer trainer = new Trainer(model, text, options, folder, begun, source.hasWeights());
        return trainer.prepare(state -> {
            if (source.hasWeights()) {
                ModelWeights.load(source.model(), source.weights().orElseThrow(), state);
            }
            Map<String, Parameter> others = new LinkedHashMap<>(Trace.parameters(model));
            others.keySet().removeIf(state::contains);
            state.initialise(others, options.seed());
            moments.ifPresent(known -> known.copyTo(model, state));
        });
    }

    /**
     * Goes on with a run that was stopped: bitwise as if it never had been.
     *
     * @param options those of the run, except where they change no weight
     * @param folder of the run
     * @throws QuipuException naming the option, or the text, that is not the run's; or if the run is complete
     */
    public static Trainer resume(TrainingText text, TrainingOptions options, Path folder) {
        AtomicFolder.recover(folder);
        TrainingState begun = TrainingStateFiles.readState(folder);
        TrainingSettings.requireSame(begun.settings(), TrainingSettings.of(options, text));
        requireStepsToGo(
                begun.step(),
                options,
                "--resume " + folder,
                "begin a new run that starts from its weights: ./quipu train " + folder);
        Model model = options.tuning().resume(ModelSource.of(folder.toString()).model());
        Trainer trainer = new Trainer(model, text, options, folder, begun, false);
        return trainer.prepare(state -> Checkpoint.read(folder, model, state));
    }

    private static void requireStepsToGo(long done, TrainingOptions options, String where, String remedy) {
        if (done >= options.steps()) {
            throw QuipuException.of("a run with steps to go", "all " + done + " done", where, remedy);
        }
    }

    private static void requireVocabulary(Model model, TrainingText text) {
        if (text.tokens().vocabularySize() > model.vocabularySize()) {
            throw QuipuException.of(
                    "a tokenizer of at most " + model.vocabularySize() + " tokens, the model's vocabulary",
                    text.tokens().vocabularySize() + " tokens of "
                            + text.tokenizer().name(),
                    "tokenizer",
                    "declare a model with a larger vocabulary or choose another tokenizer");
        }
    }

    private Compiler compiler() {
        Compiler planned =
                new Compiler(options.verify()).keeping(options.plan()).in(options.precision());
        OptionalInt chunk = options.lossChunk();
        return chunk.isPresent() ? planned.withLossChunk(chunk.getAsInt()) : planned;
    }

    private Trainer prepare(Consumer<State> weights) {
        try {
            programs = new TrainingPrograms(
                    device,
                    model,
                    options.optimizer(),
                    options.batch(),
                    options.sequence(),
                    options.documents(),
                    compiler(),
                    () -> StartUp.PROCESS.measure(StartUp.Part.WEIGHTS, () -> {
                        weights.accept(state);
                        return state;
                    }));
            return this;
        } catch (RuntimeException | Error e) {
            state.close();
            device.close();
            throw e;
        }
    }

    /**
     * Trains until the last step, or until {@link #stop}; then, and now and then before, writes a checkpoint. Where the model cannot
     * be sampled, the listener is told why and there are no samples.
     *
     * @throws QuipuException if the loss stops being finite, or a file cannot be written; the last checkpoint stays
     */
    public TrainingReport run(TrainingListener listener) {
        try (TrainingRun run = new TrainingRun(this, begun, listener)) {
            return run.complete();
        }
    }

    /** Asks a run, from another thread, to write a checkpoint after the step that it is in, and to return. */
    public void stop() {
        stopped = true;
    }

    /** Whether a new run begins with weights from elsewhere. */
    boolean isTuning() {
        return tuning;
    }

    boolean isStopped() {
        return stopped;
    }

    public Model model() {
        return model;
    }

    public TrainingText text() {
        return text;
    }

    public TrainingOptions options() {
        return options;
    }

    /** The step that {@link #run} begins with: 1, or where the run is resumed. */
    public long firstStep() {
        return begun.step() + 1;
    }

    /** The folder that checkpoints replace. */
    public Path folder() {
        return folder;
    }

    public Device device() {
        return device;
    }

    /** Weights, gradients and moments as they are now. */
    public State state() {
        return state;
    }

    public TrainingPrograms programs() {
        return programs;
    }

    /** Gives back threads and memory. */
    @Override
    public void close() {
        programs.close();
        state.close();
        device.close();
    }
}
