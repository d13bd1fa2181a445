package dev.quipu.runtime.cli;

import dev.quipu.compiler.program.Documents;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.data.ConversationFiles;
import dev.quipu.runtime.data.TokenCache;
import dev.quipu.runtime.devices.Devices;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.model.ModelFile;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.Moments;
import dev.quipu.runtime.start.StartUp;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.training.Interruption;
import dev.quipu.runtime.training.Trainer;
import dev.quipu.runtime.training.TrainingDisplay;
import dev.quipu.runtime.training.TrainingOptions;
import dev.quipu.runtime.training.TrainingOptionsBuilder;
import dev.quipu.runtime.training.TrainingReport;
import dev.quipu.runtime.training.TrainingSettings;
import dev.quipu.runtime.training.TrainingText;
import dev.quipu.runtime.training.TuningRecipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "train",
        description = "Trains a model on text. Without arguments: a small LLaMA on the Java sources that JDKs carry.")
final class TrainCommand extends QuipuCommand {
    private static final String DEFAULT_MODEL = "llama-mini";
    private static final Path RUNS = Path.of("runs");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description =
                    "A preset, a class, a .java file, a model folder or a weight file; default: " + DEFAULT_MODEL + ".")
    private String model;

    @Option(
            names = "--data",
            arity = "1..*",
            paramLabel = "PATH",
            description = "Text files or folders, or conversations in .jsonl files, of which the answers are learned;"
                    + " default: the JDK's Java sources.")
    private List<Path> data;

    @Option(names = "--out", paramLabel = "DIR", description = "A new folder for the run; default: runs/MODEL-NUMBER.")
    private Path out;

    @Option(names = "--resume", paramLabel = "DIR", description = "Goes on with the run in this folder.")
    private Path resume;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME|PATH",
            description = "bytes, a tokenizer's file, or a model folder that holds one.")
    private String tokenizer;

    @Option(
            names = "--chat-template",
            paramLabel = "NAME",
            description = "How conversations are written: chatml, llama2, llama3, mistral or zephyr; default: the"
                    + " tokenizer's own template.")
    private String chatTemplate;

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "The model's longest sequence, instead of the one that its configuration says.")
    private Integer context;

    @Option(
            names = "--moments",
            description = {
                "Goes on with the AdamW moments and the step that the model's file holds (llama2.c's ckpt.pt);",
                "--steps counts those before, too."
            })
    private boolean moments;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    @Option(names = "--verbose", description = "Also says where the time before the first step went.")
    private boolean verbose;

    @Mixin
    private TrainingArguments arguments;

    @Mixin
    private TuningArguments tuning;

    @Override
    public Integer call() {
        StartUp.PROCESS.commandBegins();
        return resume == null ? begin() : goOn();
    }

    private int begin() {
        ModelSource found = argument(() -> ModelSource.of(model == null ? DEFAULT_MODEL : model));
        Tokenizer chosen = argument(() -> tokenizer(found));
        ModelSource source = argument(() -> withContext(found.withRoomFor(chosen.vocabularySize())));
        List<Path> paths = data == null ? List.of() : data;
        // before a long text is read
        requireDevice(argument(() -> options(source, paths, 1, 0)));
        Path folder = out == null ? nextRun(source.name()) : out;
        try (TrainingText text = argument(() -> text(paths, chosen, Optional.ofNullable(chatTemplate)));
                Trainer trainer = argument(() -> start(source, text, folder))) {
            return train(trainer, source.name(), source.hasWeights());
        }
    }

    private Trainer start(ModelSource source, TrainingText text, Path folder) {
        long tokens = text.tokens().length();
        if (!moments) {
            return Trainer.start(source, text, options(source, text.paths(), tokens, 0), folder);
        }
        try (ModelFile file = source.open()) {
            Moments known = file.moments(source.model())
                    .orElseThrow(() -> QuipuException.of(
                            "a training checkpoint with an optimizer's moments, such as llama2.c's ckpt.pt",
                            "none",
                            "--moments",
                            "leave it out to begin with moments of zero"));
            return Trainer.startFrom(source, text, options(source, text.paths(), tokens, known.step()), folder, known);
        }
    }

    private int goOn() {
        refuseWithResume("MODEL", model);
        refuseWithResume("--out", out);
        refuseWithResume("--tokenizer", tokenizer);
        refuseWithResume("--chat-template", chatTemplate);
        refuseWithResume("--context", context);
        refuseWithResume("--moments", moments ? "true" : null);
        AtomicFolder.recover(resume);
        TrainingState state = argument(() -> TrainingStateFiles.readState(resume));
        TrainingOptions options =
                argument(() -> tuning.applyTo(arguments.applyTo(TrainingSettings.options(state.settings())))
                        .build());
        requireDevice(options);
        List<Path> paths = data == null ? TrainingSettings.data(state.settings()) : data;
        try (TrainingText text = argument(
                        () -> text(paths, Tokenizer.load(resume), TrainingSettings.chatTemplate(state.settings())));
                Trainer trainer = argument(() -> Trainer.resume(text, options, resume))) {
            return train(trainer, resume.toString(), true);
        }
    }

    private void requireDevice(TrainingOptions options) {
        argument(() -> {
            Devices.require(options.device());
            return null;
        });
    }

    private void refuseWithResume(String name, Object given) {
        argument(() -> {
            if (given != null) {
                throw QuipuException.of(
                        "no " + name + " beside --resume", given.toString(), "train", "the run has its own");
            }
            return null;
        });
    }

    private int train(Trainer trainer, String name, boolean weighted) {
        return Interruption.watch(trainer::stop, () -> {
            TrainingReport report = show(trainer, name, weighted);
            out().println(json ? TrainingTexts.json(report) : TrainingTexts.end(report));
            out().flush();
            return report.isComplete() ? SUCCESS : FAILURE;
        });
    }

    private TrainingReport show(Trainer trainer, String name, boolean weighted) {
        try (TrainingDisplay display = new TrainingDisplay(trainer.options().steps(), verbose)) {
            display.say(TrainingTexts.beginning(trainer, name, weighted));
            trainer.text().notice().ifPresent(display::say);
            return trainer.run(display);
        }
    }

    private static TrainingText text(List<Path> paths, Tokenizer tokenizer, Optional<String> chatTemplate) {
        return StartUp.PROCESS.measure(
                StartUp.Part.TEXT, () -> TrainingText.of(paths, tokenizer, chatTemplate, TokenCache.ofUser()));
    }

    /**
     * A preset's recipe; one for tuning where there are weights; for other models the default preset's, in sequences that fit.
     * Conversations stay apart.
     */
    private TrainingOptions options(ModelSource source, List<Path> data, long textTokens, long stepsBefore) {
        Model declared = source.model();
        boolean adapters = tuning.isLora() || !Adapters.of(declared).isEmpty();
        TrainingRecipe recipe = source.hasWeights()
                ? TuningRecipe.of(declared, textTokens, adapters, stepsBefore)
                : source.recipe()
                        .orElseGet(() -> ModelCatalog.preset(DEFAULT_MODEL).recipe());
        TrainingOptionsBuilder options = TrainingOptions.of(recipe)
                .documents(ConversationFiles.areAll(data) ? Documents.SEPARATE : Documents.JOINED)
                .sequence(Math.min(recipe.sequence(), declared.contextLength()));
        return tuning.applyTo(arguments.applyTo(options)).build();
    }

    private ModelSource withContext(ModelSource source) {
        if (context == null) {
            return source;
        }
        atLeast(1, "--context", context);
        return source.withContext(context)
                .orElseThrow(() -> QuipuException.of(
                        "a model of LLaMA's family", source.name(), "--context", "its declaration says how long"));
    }

    private Tokenizer tokenizer(ModelSource source) {
        if (tokenizer == null) {
            return source.hasWeights() ? source.tokenizer() : new ByteTokenizer();
        }
        return TokenizerArgument.tokenizer(tokenizer);
    }

    /** The first number that no run has. */
    private static Path nextRun(String modelName) {
        String name =
                Path.of(modelName).toAbsolutePath().normalize().getFileName().toString();
        String stem = name.replaceFirst("\\.(java|safetensors|gguf|bin|pt|pth)$", "");
        int number = 1;
        while (Files.exists(RUNS.resolve(stem + "-" + number))) {
            number++;
        }
        return RUNS.resolve(stem + "-" + number);
    }
}
