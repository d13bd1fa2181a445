package dev.quipu.runtime.training;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress as plain lines: the first amount, then one at most every {@value #SECONDS_BETWEEN} seconds, then the last. */
final class ProgressLines implements Progress {
    private static final int SECONDS_BETWEEN = 5;
    private static final long NANOS_BETWEEN =
            Duration.ofSeconds(SECONDS_BETWEEN).toNanos();

    private final String task;
    private final String unit;
    private final long total;
    private final PrintStream output;
    private final LongSupplier nanoClock;
    private boolean begun;
    private long printedAt;

    ProgressLines(String task, String unit, long total, PrintStream output, LongSupplier nanoClock) {
        this.task = task;
        this.unit = unit;
        this.total = total;
        this.output = output;
        this.nanoClock = nanoClock;
    }

    @Override
    public void update(long done, Note note) {
        long now = nanoClock.getAsLong();
        if (begun && done < total && now - printedAt < NANOS_BETWEEN) {
            return;
        }
        begun = true;
        printedAt = now;
        output.println(String.format(Locale.ROOT, "%s %d/%d %s  %s", task, done, total, unit, note.text())
                .stripTrailing());
    }

    @Override
    public void say(String line) {
        output.println(line);
    }

    @Override
    public void close() {
        output.flush();
    }
}
