package dev.quipu.runtime.training;

import java.nio.file.Path;

/** Follows a run. All calls come from the thread that trains. */
public interface TrainingListener {
    /** The first step begins now. */
    default void begins() {}

    /** A step is complete. */
    void step(Metric.Training step);

    /** The held-out text was measured. */
    void validation(Metric.Validation validation);

    /** The model wrote something, after a prompt, which the text includes. */
    void sample(long step, String text);

    /** A checkpoint was written. */
    void checkpoint(long step, Path folder);

    /** Something else that the user should know, in one line. */
    void say(String line);
}
