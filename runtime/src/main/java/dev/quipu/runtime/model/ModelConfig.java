package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.runtime.files.FileFailure;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@code config.json} of a model folder. Families that Hugging Face knows are described as it does; a model of a
 * user's own is named by its class, and its source file, where it was read from one, lies beside.
 */
final class ModelConfig {
    static final String FILE = "config.json";

    private static final String MODEL_TYPE = "model_type";
    private static final String CONTEXT = "max_position_embeddings";
    private static final String OWN_TYPE = "quipu";
    private static final String CLASS = "quipu_class";
    private static final String SOURCE = "quipu_source";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ModelConfig() {}

    /**
     * Declares the model that a folder's configuration describes. A source file beside it is compiled and run.
     *
     * @throws QuipuException naming the file and the key
     */
    static Model read(Path folder) {
        Path file = folder.resolve(FILE);
        Map<String, Object> config = parse(file);
        if (!(config.get(MODEL_TYPE) instanceof String type)) {
            throw QuipuException.of(
                    "the key \"" + MODEL_TYPE + "\" with a name",
                    String.valueOf(config.get(MODEL_TYPE)),
                    file.toString(),
                    "");
        }
        if (type.equals(OWN_TYPE)) {
            return readOwn(folder, file, config);
        }
        return declare(file, () -> ModelFormat.named(type).read(config));
    }

    /** Declares a model from a configuration that a file amounts to; mistakes name the file. */
    static Model declare(Path file, Supplier<Model> declaration) {
        try {
            return declaration.get();
        } catch (QuipuException e) {
            // formats call the file by its name alone
            String message = e.getMessage().replaceFirst("^" + FILE + "(?=[:,])", "");
            throw new QuipuException(
                    file + (message.startsWith(":") || message.startsWith(",") ? "" : ": ") + message, e);
        }
    }

    /** A file of JSON as parsed. */
    static Map<String, Object> parse(Path file) {
        try {
            return JSON.readValue(Files.readAllBytes(file), new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JacksonException e) {
            throw new QuipuException(file + ": expected a JSON object, found " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected a model's configuration, found " + FileFailure.reason(e), e);
        }
    }

    private static Model readOwn(Path folder, Path file, Map<String, Object> config) {
        if (config.get(SOURCE) instanceof String source) {
            Path name = Path.of(source).getFileName();
            if (name == null || !name.toString().equals(source)) { // a path that leads elsewhere is not followed
                throw QuipuException.of("the name of a file in the folder", source, file + ", " + SOURCE, "");
            }
            return SourceFileModel.read(folder.resolve(name));
        }
        if (!(config.get(CLASS) instanceof String className)) {
            throw QuipuException.of("the key \"" + CLASS + "\"", "none", file.toString(), "");
        }
        Model model = ModelClasses.find(className);
        if (model == null) {
            throw QuipuException.of(
                    "the class " + className + " on the class path",
                    "none",
                    file.toString(),
                    "add the jar that holds it");
        }
        return model;
    }

    /** A model of a family that configurations describe, for longer or shorter sequences; empty for any other. */
    static Optional<Model> withContext(Model model, int tokens) {
        return ModelFormat.of(model).map(format -> {
            Map<String, Object> config = new LinkedHashMap<>(format.write(model).orElseThrow());
            config.put(CONTEXT, tokens);
            return format.read(config);
        });
    }

    /** Writes the configuration, and the model's source file where it was read from one. */
    static void write(Path folder, Model model, Tokenizer tokenizer) throws IOException {
        write(folder, model, Optional.of(tokenizer), ElementType.F32);
    }

    /** As {@link #write(Path, Model, Tokenizer)}, with weights of a type and perhaps no tokenizer beside it. */
    static void write(Path folder, Model model, Optional<Tokenizer> tokenizer, ElementType type) throws IOException {
        Map<String, Object> config = new LinkedHashMap<>(
                ModelFormat.of(model).flatMap(format -> format.write(model)).orElseGet(() -> own(model)));
        config.put("torch_dtype", torchName(type));
        tokenizer.ifPresent(own -> {
            own.beginOfText().ifPresent(id -> config.put("bos_token_id", id));
            own.endOfText().ifPresent(id -> config.put("eos_token_id", id));
        });
        Files.writeString(folder.resolve(FILE), JSON.writeValueAsString(config) + "\n");
        if (config.containsKey(SOURCE)) {
            SourceClasses source = SourceFileModel.sourceOf(model).orElseThrow();
            Files.writeString(folder.resolve(source.fileName()), source.text());
        }
    }

    private static String torchName(ElementType type) {
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F32 -> "float32";
            case F64 -> "float64";
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, I32, U32, I64, U64 ->
                throw new AssertionError("weights of " + type);
        };
    }

    private static Map<String, Object> own(Model model) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put(MODEL_TYPE, OWN_TYPE);
        config.put(CLASS, model.getClass().getName());
        SourceFileModel.sourceOf(model).ifPresent(source -> config.put(SOURCE, source.fileName()));
        config.put("vocab_size", model.vocabularySize());
        config.put(CONTEXT, model.contextLength());
        return config;
    }
}
