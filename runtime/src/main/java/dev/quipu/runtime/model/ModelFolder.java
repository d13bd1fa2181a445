package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.SafetensorsWriter;
import dev.quipu.runtime.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A folder in Hugging Face's layout: {@code config.json}, {@code model.safetensors}, the tokenizer's files, and for a model with
 * adapters those beside it, {@link AdapterFiles}. Read one with {@link ModelSource}.
 */
public final class ModelFolder {
    private ModelFolder() {}

    /**
     * Replaces a folder, or makes it, as a whole.
     *
     * @throws QuipuException if it cannot be written; what was there before is intact then
     */
    public static void save(Path path, Model model, State state, Tokenizer tokenizer) {
        AtomicFolder.replace(path, folder -> write(folder, model, state, tokenizer));
    }

    /** Writes the files into a folder, such as one that an {@link AtomicFolder} is about to put in its place. */
    public static void write(Path folder, Model model, State state, Tokenizer tokenizer) throws IOException {
        Model plain = Adapters.remove(model);
        ModelConfig.write(folder, plain, tokenizer);
        // transformers refuses files that do not say which library's layout they have
        SafetensorsWriter.write(
                folder.resolve(Weights.FILE), ModelWeights.stored(plain, state), Map.of("format", "pt"));
        if (Adapters.areIn(model)) {
            AdapterFiles.write(folder, model, state, Optional.empty());
        }
        tokenizer.save(folder);
    }
}
