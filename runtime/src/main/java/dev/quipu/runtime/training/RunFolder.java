package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.AtomicFolder;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run: its last checkpoint, {@value #METRICS} and {@value #CHART}. A checkpoint replaces the folder as a whole;
 * what it does not write is carried over.
 */
final class RunFolder implements AutoCloseable {
    static final String METRICS = "metrics.jsonl";
    static final String CHART = "loss.svg";

    private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

    private final Path path;
    private MetricsFile metrics;

    private RunFolder(Path path, MetricsFile metrics) {
        this.path = path;
        this.metrics = metrics;
    }

    /** Refuses a folder for a new run that has something in it. */
    static void requireFree(Path path) {
        AtomicFolder.recover(path);
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> entries = Files.list(path)) {
            if (entries.findAny().isPresent()) {
                throw QuipuException.of(
                        "a new or empty folder",
                        "one with files in it",
                        "--out " + path,
                        "choose another, or go on with that run: --resume " + path);
            }
        } catch (IOException e) {
            throw new QuipuException(
                    "--out " + path + ": expected a folder, found " + FileFailure.reason(e) + "; choose another", e);
        }
    }

    /** Opens the folder, which exists, to go on behind a step. */
    static RunFolder open(Path path, long step) {
        return new RunFolder(path, MetricsFile.open(path.resolve(METRICS), step));
    }

    Path path() {
        return path;
    }

    void record(Metric metric) {
        metrics.write(metric);
    }

    /** Replaces the checkpoint. */
    void checkpoint(long step, double unigramEntropy, AtomicFolder.Content content) {
        metrics.close();
        replace(path, OptionalDouble.of(unigramEntropy), content);
        metrics = MetricsFile.open(path.resolve(METRICS), Math.max(1, step));
    }

    /** Writes the first checkpoint of a new run. */
    static void create(Path path, AtomicFolder.Content content) {
        replace(path, OptionalDouble.empty(), content);
    }

    private static void replace(Path path, OptionalDouble unigramEntropy, AtomicFolder.Content content) {
        AtomicFolder.replace(path, folder -> {
            content.write(folder);
            if (Files.exists(path)) {
                carryOver(path, folder);
            }
            Path file = folder.resolve(METRICS);
            if (Files.exists(file)) {
                Files.deleteIfExists(folder.resolve(CHART));
                draw(folder.resolve(CHART), RunLosses.of(path, MetricsFile.read(file)), unigramEntropy);
            }
        });
    }

    /** There is nothing to draw before the first step, and a chart that cannot be drawn is no reason to end a run. */
    private static void draw(Path chart, RunLosses losses, OptionalDouble unigramEntropy) throws IOException {
        if (losses.training().isEmpty()) {
            return;
        }
        try {
            LossChart.write(chart, List.of(losses), unigramEntropy);
        } catch (QuipuException e) {
            LOG.warn("no {}: {}", CHART, e.getMessage());
        }
    }

    private static void carryOver(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(from.relativize(file));
                if (!Files.exists(copy)) {
                    Files.copy(file, copy);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        metrics.close();
    }
}
