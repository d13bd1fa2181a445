package dev.quipu.runtime.training;

import dev.quipu.runtime.start.StartUp;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Shows a run on the standard error stream: a progress bar on a terminal, lines elsewhere. The last sample is the report's. */
public final class TrainingDisplay implements TrainingListener, AutoCloseable {
    /** Whatever moves a terminal's cursor or changes its colours, but lines and tabs. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");

    private final long steps;
    private final boolean verbose;
    private final Progress progress;

    /** A display of a run of so many steps. */
    public TrainingDisplay(long steps) {
        this(steps, false);
    }

    /**
     * A display of a run of so many steps.
     *
     * @param verbose also says where the time before the first step went
     */
    public TrainingDisplay(long steps, boolean verbose) {
        this.steps = steps;
        this.verbose = verbose;
        this.progress = Progress.start("training", "steps", steps);
    }

    @Override
    public void begins() {
        if (verbose) {
            progress.say(StartUp.PROCESS.text());
        }
    }

    @Override
    public void step(Metric.Training step) {
        progress.update(
                step.step(),
                () -> String.format(
                        Locale.ROOT,
                        "loss %.4f, %,.0f tokens/s, %.1f GFLOP/s",
                        step.loss(),
                        step.tokensPerSecond(),
                        step.flopsPerSecond() / 1e9));
    }

    @Override
    public void validation(Metric.Validation validation) {
        progress.say(String.format(
                Locale.ROOT, "step %d: validation loss %.4f nats/token", validation.step(), validation.loss()));
    }

    @Override
    public void sample(long step, String text) {
        if (step < steps) {
            progress.say("step " + step + ": sample\n" + printable(text));
        }
    }

    /** A model's text for a terminal: indented, and without characters that control it. */
    public static String printable(String text) {
        return CONTROLS.matcher(text).replaceAll("\uFFFD").indent(4).stripTrailing();
    }

    @Override
    public void checkpoint(long step, Path folder) {
        progress.say("step " + step + ": checkpoint in " + folder);
    }

    @Override
    public void say(String line) {
        progress.say(line);
    }

    @Override
    public void close() {
        progress.close();
    }
}
