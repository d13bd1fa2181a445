package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    @Test
    void printsTheFirstTheLastAndOneNowAndThen() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long[] seconds = {0};
        try (Progress progress = new ProgressLines(
                "training",
                "steps",
                12,
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                () -> TimeUnit.SECONDS.toNanos(seconds[0]))) {
            for (int step = 1; step <= 12; step++) {
                int shown = step;
                progress.update(step, () -> "loss " + shown);
                seconds[0]++;
                if (step == 3) {
                    progress.say("validation loss 2");
                }
            }
        }
        assertEquals("""
            training 1/12 steps  loss 1
            validation loss 2
            training 6/12 steps  loss 6
            training 11/12 steps  loss 11
            training 12/12 steps  loss 12
            """, bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }
}
