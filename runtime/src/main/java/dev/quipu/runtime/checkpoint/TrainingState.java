package dev.quipu.runtime.checkpoint;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.data.StreamPosition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Where a training run stands, apart from weights and moments: with them, all that is needed to go on as if it had never
 * stopped. There is no state of a random number generator in it, because all randomness of a run is a function of the seed and
 * of a counter that is here: batches of seed and position, samples of seed and step.
 *
 * @param step steps completed
 * @param position in the training data, of the next batch
 * @param seed of the run
 * @param tokens trained on so far
 * @param seconds of training so far
 * @param settings the options of the run, by their names on the command line, for {@code --resume}
 */
public record TrainingState(
        long step,
        StreamPosition position,
        long seed,
        long tokens,
        double seconds,
        SequencedMap<String, String> settings) {
    public TrainingState {
        if (position == null || settings == null || step < 0 || tokens < 0 || !(seconds >= 0)) {
            throw QuipuException.of(
                    "step, position, seed, tokens, seconds and settings of a run",
                    "step " + step + ", position " + position + ", tokens " + tokens + ", seconds " + seconds,
                    "training state",
                    "the checkpoint is damaged");
        }
        settings = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(settings));
    }
}
