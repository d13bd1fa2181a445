package dev.quipu.runtime.model;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelCatalog;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.dsl.catalog.Preset;
import dev.quipu.dsl.catalog.TrainingRecipe;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.WeightFolder;
import dev.quipu.runtime.weights.Weights;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model and where it came from.
 *
 * @param name as the user gave it
 * @param folder the model folder it was read from, or that of its weight file
 * @param weights the weight file, its index, or the folder that holds either; may name a folder that has none
 * @param recipe a preset's
 */
public record ModelSource(
        String name, Model model, Optional<Path> folder, Optional<Path> weights, Optional<TrainingRecipe> recipe) {
    private static final String JAVA = ".java";

    /** How a name ends that is meant to be a file's. */
    private static final List<String> FILE_ENDINGS = List.of(JAVA, ".safetensors", ".gguf", ".bin", ".pt", ".pth");

    /**
     * Finds a model: the name of a preset, a folder with {@code config.json}, a weight file beside one or one that describes its
     * model (GGUF, llama2.c), a folder with such a file, a {@code .java} file that declares one (compiled in memory), or the name
     * of a class on the class path.
     *
     * @throws QuipuException that says what is missing or wrong, with the nearest names for a misspelt one
     */
    public static ModelSource of(String name) {
        Optional<Preset> preset = ModelCatalog.find(name);
        return preset.isPresent() ? ofPreset(preset.get()) : ofFile(name).orElseGet(() -> ofClass(name));
    }

    /** The same, with room for so many tokens if it is a preset; other models are what they are. */
    public ModelSource withRoomFor(int tokens) {
        return recipe.isEmpty() || tokens <= model.vocabularySize()
                ? this
                : new ModelSource(name, ModelCatalog.preset(name).modelFor(tokens), folder, weights, recipe);
    }

    /**
     * The same, for sequences of so many tokens: what was learned stays, and RoPE turns further. Empty for a model whose family
     * the configurations of folders do not describe; its declaration says how long they are.
     *
     * @param tokens at least 1
     */
    public Optional<ModelSource> withContext(int tokens) {
        return ModelConfig.withContext(model, tokens)
                .map(longer -> new ModelSource(name, longer, folder, weights, recipe));
    }

    /**
     * A declaration alone, of a model with other sizes.
     *
     * @param sizes by key: those of the {@code config.json} of the model's family whose values are numbers or flags, or
     *     {@code width}, which is {@code hidden_size} and in proportion {@code intermediate_size} and the numbers of heads
     * @throws QuipuException if a key is unknown, if a value does not fit, or if configurations do not describe the model's family
     */
    public ModelSource with(Map<String, String> sizes) {
        return sizes.isEmpty()
                ? this
                : new ModelSource(
                        name, ModelVariant.of(model, sizes), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Finds a model that has weights: a folder or a weight file.
     *
     * @throws QuipuException if it has none
     */
    public static ModelSource withWeights(String name) {
        ModelSource source = ofFile(name)
                .orElseThrow(() -> ModelCatalog.find(name).isPresent()
                        ? QuipuException.of(
                                "a model folder with weights",
                                "the name of a preset",
                                name,
                                "train it first: ./quipu train " + name + " --out DIR")
                        : QuipuException.of("a model folder with weights", "nothing", name, "check the path"));
        source.requireWeights();
        return source;
    }

    private static ModelSource ofPreset(Preset preset) {
        return new ModelSource(
                preset.name(), preset.model(), Optional.empty(), Optional.empty(), Optional.of(preset.recipe()));
    }

    private static Optional<ModelSource> ofFile(String name) {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
        if (!Files.exists(path) && path.getFileName() != null) {
            AtomicFolder.recover(path); // only now: somebody may be writing beside a folder that is there
        }
        if (!Files.exists(path)) {
            if (name.contains("/")
                    || name.contains("\\")
                    || FILE_ENDINGS.stream().anyMatch(name::endsWith)) {
                throw QuipuException.of(
                        "a model folder, a .java file or a weight file", "nothing", name, "check the path");
            }
            return Optional.empty();
        }
        if (Files.isDirectory(path)) {
            return Optional.of(ofFolder(name, path, path));
        }
        if (name.endsWith(JAVA)) {
            return Optional.of(new ModelSource(
                    name, SourceFileModel.read(path), Optional.empty(), Optional.empty(), Optional.empty()));
        }
        return Optional.of(ofWeights(name, path));
    }

    private static ModelSource ofWeights(String name, Path path) {
        Path folder = path.toAbsolutePath().getParent();
        Optional<Model> described = described(path);
        return described.isPresent()
                ? new ModelSource(name, described.get(), Optional.of(folder), Optional.of(path), Optional.empty())
                : ofFolder(name, folder, path);
    }

    /** The model that weights describe themselves. */
    private static Optional<Model> described(Path path) {
        try (ModelFile file = ModelFile.open(path)) {
            return file.model();
        }
    }

    private static ModelSource ofFolder(String name, Path folder, Path weights) {
        boolean adapted = AdapterFiles.areIn(folder);
        if (adapted && !Files.exists(folder.resolve(ModelConfig.FILE))) {
            return ofAdapters(name, folder);
        }
        if (!Files.exists(folder.resolve(ModelConfig.FILE))) {
            Optional<Model> described = WeightFolder.holdsWeights(weights) ? described(weights) : Optional.empty();
            Model model = described.orElseThrow(() -> QuipuException.of(
                    "a " + ModelConfig.FILE + ", or weights that describe their model",
                    "neither",
                    weights.toString(),
                    "give a folder that holds a model"));
            return new ModelSource(name, model, Optional.of(folder), Optional.of(weights), Optional.empty());
        }
        Model model = ModelConfig.read(folder);
        return new ModelSource(
                name,
                adapted ? AdapterFiles.declare(model, folder) : model,
                Optional.of(folder),
                Optional.of(weights),
                Optional.empty());
    }

    /** Adapters in a folder of their own, with the model that it names. */
    private static ModelSource ofAdapters(String name, Path folder) {
        ModelSource base = of(AdapterFiles.base(folder).toString());
        return new ModelSource(
                name,
                AdapterFiles.declare(base.model(), folder),
                base.folder(),
                Optional.of(AdapterFiles.weights(folder)),
                Optional.empty());
    }

    private static ModelSource ofClass(String name) {
        Model model = name.matches("[\\p{L}_$][\\p{L}\\p{N}_$.]*") ? ModelClasses.find(name) : null;
        if (model == null) {
            List<String> presets = ModelCatalog.all().stream().map(Preset::name).toList();
            throw NearestNames.unknown("a preset, a class, a .java file or a model folder", name, presets);
        }
        return new ModelSource(name, model, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private void requireWeights() {
        Path path = weights.orElseThrow(() -> QuipuException.of(
                "a model folder with weights", "a declaration alone", name, "train it first: ./quipu train " + name));
        if (!hasWeights()) {
            throw QuipuException.of("weights such as " + Weights.FILE, "none", path.toString(), "check the path");
        }
    }

    /** Whether there are weights to load. */
    public boolean hasWeights() {
        return weights.isPresent() && (!Files.isDirectory(weights.get()) || WeightFolder.holdsWeights(weights.get()));
    }

    /**
     * Opens the weight file.
     *
     * @throws QuipuException if there is none
     */
    public ModelFile open() {
        requireWeights();
        return ModelFile.open(AdapterFiles.modelWeights(weights.orElseThrow()));
    }

    /**
     * The model's own tokenizer: in its weight file, or beside it.
     *
     * @throws QuipuException if there is none
     */
    public Tokenizer tokenizer() {
        return embeddedTokenizer().orElseGet(() -> Tokenizer.load(folder.orElseThrow()));
    }

    /** Whether the model has a tokenizer of its own. */
    public boolean hasTokenizer() {
        return embeddedTokenizer().isPresent() || (folder.isPresent() && Tokenizer.isIn(folder.get()));
    }

    private Optional<Tokenizer> embeddedTokenizer() {
        if (!hasWeights()) {
            return Optional.empty();
        }
        try (ModelFile file = open()) {
            return EmbeddedTokenizer.of(file);
        }
    }

    /**
     * Copies the weights into a new state.
     *
     * @throws QuipuException if there are none or they do not fit; see {@link ModelWeights#load}
     */
    public State loadWeights() {
        return loadWeights(new Compiler(false));
    }

    /**
     * As {@link #loadWeights()}, stored as a compiler's programs read them.
     *
     * @throws QuipuException also if the compiler stores none of this model's weights as it was asked to
     */
    public State loadWeights(Compiler compiler) {
        requireWeights();
        Map<String, Type> stored = compiler.storedWeights(model);
        State state = new State();
        try {
            ModelWeights.load(model, weights.orElseThrow(), state, stored);
            return state;
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }
}
