package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import dev.quipu.runtime.data.StreamPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLossesTest {
    @TempDir
    private Path folder;

    private static Metric.Training step(long step, double loss) {
        return new Metric.Training(step, loss, 0.5, 1e-3, 10 * step, 123.5, 1e9);
    }

    private Path run(String name, Metric... metrics) {
        Path run = folder.resolve(name);
        try (MetricsFile file = MetricsFile.open(Files.createDirectories(run).resolve("metrics.jsonl"), 0)) {
            for (Metric metric : metrics) {
                file.write(metric);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return run;
    }

    @Test
    void metricsAreSortedByKindAndWhatIsNotFiniteIsLeftOut() {
        Path run = run("a", new Metric.Validation(0, 5), step(1, 4), step(2, Double.NaN), step(3, 3));
        RunLosses losses = RunLosses.read(List.of(run)).getFirst();
        assertEquals(List.of(step(1, 4), step(3, 3)), losses.training());
        assertEquals(List.of(new Metric.Validation(0, 5)), losses.validation());
        assertEquals("a", losses.title());
    }

    @Test
    void theDeviceIsThatOfTheSettings() throws IOException {
        Path run = run("a", step(1, 4));
        SequencedMap<String, String> settings = new LinkedHashMap<>(Map.of("device", "tornado:0:1"));
        TrainingState state = new TrainingState(1, new StreamPosition(0, 1), 7, 10, 1, settings);
        TrainingStateFiles.write(run, state, List.of());
        assertEquals("a (tornado:0:1)", RunLosses.read(List.of(run)).getFirst().title());
    }

    @Test
    void foldersOfOneNameAreToldApartByTheirPaths() {
        Path first = run("one/out", step(1, 4));
        Path second = run("two/out", step(1, 4));
        assertEquals(
                List.of(first.toString(), second.toString()),
                RunLosses.read(List.of(first, second)).stream()
                        .map(RunLosses::name)
                        .toList());
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        Path run = run("a", step(1, 4), step(2, 4));
        Path metrics = run.resolve("metrics.jsonl");
        Files.writeString(metrics, Files.readString(metrics).replaceFirst("\"step\"", "step"));
        String message = assertThrows(QuipuException.class, () -> RunLosses.read(List.of(run)))
                .getMessage();
        assertTrue(message.startsWith(metrics + ":1: expected a metric in JSON, found "), message);
    }

    @Test
    void theSmoothedLossIsTheMeanOfItsNeighbours() {
        Metric[] metrics = new Metric[3000];
        for (int i = 0; i < metrics.length; i++) {
            metrics[i] = step(i + 1, i % 2 == 0 ? 3 : 1);
        }
        RunLosses losses = RunLosses.read(List.of(run("a", metrics))).getFirst();
        double[] smoothed = losses.smoothed(30);
        assertEquals(3, smoothed[0]);
        assertTrue(DoubleStream.of(smoothed).skip(50).allMatch(loss -> Math.abs(loss - 2) < 0.05));
        assertArrayEquals(
                losses.training().stream().mapToDouble(Metric::loss).toArray(),
                losses.smoothed(0.5),
                "a window of less than a step leaves losses as they are");
    }
}
