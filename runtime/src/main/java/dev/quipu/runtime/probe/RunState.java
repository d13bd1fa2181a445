package dev.quipu.runtime.probe;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.checkpoint.Checkpoint;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelFile;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.model.Moments;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a model folder, a run's folder or a training checkpoint of another program holds: weights, and moments if there are any. */
public final class RunState {
    private RunState() {}

    /** Whether a model with weights has an optimizer's moments beside them. */
    public static boolean hasMoments(ModelSource source) {
        Path weights = source.weights().orElseThrow();
        if (isRun(weights)) {
            return true;
        }
        try (ModelFile file = ModelFile.open(weights)) {
            return file.moments(source.model()).isPresent();
        }
    }

    private static boolean isRun(Path weights) {
        return Files.isRegularFile(weights.resolve(TrainingStateFiles.STATE));
    }

    /**
     * Copies weights and moments into a new state.
     *
     * @param source one that {@link #hasMoments has moments}
     * @throws QuipuException if they are damaged or do not fit the model
     */
    public static State withMoments(ModelSource source) {
        Path weights = source.weights().orElseThrow();
        State state = isRun(weights) ? new State() : source.loadWeights();
        try {
            if (isRun(weights)) {
                Checkpoint.read(weights, source.model(), state);
                return state;
            }
            try (ModelFile file = ModelFile.open(weights)) {
                Moments moments = file.moments(source.model()).orElseThrow();
                moments.copyTo(source.model(), state);
                return state;
            }
        } catch (RuntimeException | Error e) {
            state.close();
            throw e;
        }
    }
}
