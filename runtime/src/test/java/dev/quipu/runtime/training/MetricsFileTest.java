package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    Path folder;

    private static Metric training(long step) {
        return new Metric.Training(step, 5.0 / step, 0.5, 1e-3, 10 * step, 123.5, 1e9);
    }

    private static void write(Path file, long resumedStep, Metric... metrics) {
        try (MetricsFile open = MetricsFile.open(file, resumedStep)) {
            for (Metric metric : metrics) {
                open.write(metric);
            }
        }
    }

    @Test
    void aLineIsThereAsSoonAsItIsWritten() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsFile open = MetricsFile.open(file, 0)) {
            open.write(training(1));
            assertEquals(
                    "{\"kind\":\"training\",\"step\":1,\"loss\":5.0,\"gradientNorm\":0.5,\"learningRate\":0.001,"
                            + "\"tokens\":10,\"tokensPerSecond\":123.5,\"flopsPerSecond\":1.0E9}\n",
                    Files.readString(file));
            open.write(new Metric.Validation(1, 4.5));
        }
        assertEquals(List.of(training(1), new Metric.Validation(1, 4.5)), MetricsFile.read(file));
    }

    @Test
    void resumingForgetsLaterStepsAndATornLine() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        write(file, 0, training(1), training(2), new Metric.Validation(2, 3), training(3));
        Files.writeString(file, "{\"kind\":\"train", StandardOpenOption.APPEND);
        write(file, 2, training(3), training(4));
        assertEquals(
                List.of(training(1), training(2), new Metric.Validation(2, 3), training(3), training(4)),
                MetricsFile.read(file));
        write(file, 0, training(1));
        assertEquals(List.of(training(1)), MetricsFile.read(file));
    }

    @Test
    void namesTheLineThatIsDamaged() throws IOException {
        Path file = Files.writeString(folder.resolve("m"), "x\n{\"kind\":\"validation\",\"step\":1,\"loss\":2}\n");
        String message =
                assertThrows(QuipuException.class, () -> MetricsFile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ":1:"), message);
    }
}
