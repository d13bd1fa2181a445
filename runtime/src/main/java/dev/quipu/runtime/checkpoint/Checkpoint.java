package dev.quipu.runtime.checkpoint;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelFolder;
import dev.quipu.runtime.model.ModelWeights;
import dev.quipu.runtime.model.Moments;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;

/** A run at one moment, as a folder: the model in Hugging Face's layout, the optimizer's moments, and where the run stands. */
public final class Checkpoint {
    private Checkpoint() {}

    /** Writes all files into an existing folder, as part of what replaces it. */
    public static void write(Path folder, Model model, Tokenizer tokenizer, State state, TrainingState progress)
            throws IOException {
        ModelFolder.write(folder, model, state, tokenizer);
        TrainingStateFiles.write(folder, progress, Moments.stored(model, state));
    }

    /**
     * Fills a state with a checkpoint's weights and moments.
     *
     * @throws QuipuException if a file is missing or damaged, or belongs to another model
     */
    public static void read(Path folder, Model model, State state) {
        ModelWeights.load(model, folder, state);
        try (SafetensorsFile file = TrainingStateFiles.openMoments(folder)) {
            new Moments(TrainingStateFiles.readState(folder).step(), file.tensors()).copyTo(model, state);
        }
    }
}
