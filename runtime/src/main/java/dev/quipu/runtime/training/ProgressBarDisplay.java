package dev.quipu.runtime.training;

import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as a bar on a terminal, drawn by the progress-bar library in a thread of its own. */
final class ProgressBarDisplay implements Progress {
    private static final int REFRESH_MILLIS = 250;
    private static final String ERASE_LINE = "\r\u001B[2K";

    private final ProgressBar bar;
    private long notedAt;

    ProgressBarDisplay(String task, String unit, long total) {
        this.bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setUnit(" " + unit, 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                // The other consumer moves the cursor up to the bar's line, and would overwrite what is said in
                // between.
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build();
    }

    @Override
    public void update(long done, Note note) {
        bar.stepTo(done);
        long now = System.nanoTime();
        if (now - notedAt >= Duration.ofMillis(REFRESH_MILLIS).toNanos() || done >= bar.getMax()) {
            notedAt = now;
            bar.setExtraMessage(" " + note.text());
        }
    }

    @Override
    public void say(String line) {
        // The bar stands on the current line; the library draws it again below this text.
        System.err.println(ERASE_LINE + line);
    }

    @Override
    public void close() {
        bar.close();
    }
}
