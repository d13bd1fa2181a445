package dev.quipu.runtime.training;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code metrics.jsonl}: one JSON object a line, written through at once, so that others can follow it. */
public final class MetricsFile implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path path;
    private final BufferedWriter writer;

    private MetricsFile(Path path, BufferedWriter writer) {
        this.path = path;
        this.writer = writer;
    }

    /**
     * Opens a file to append to. What it says of steps behind the one that a run resumes from is forgotten, because they
     * come again; so is a last line that is not complete.
     *
     * @param resumedStep the last step to keep; 0 begins anew
     */
    public static MetricsFile open(Path path, long resumedStep) {
        try {
            if (resumedStep > 0 && Files.exists(path)) {
                keep(
                        path,
                        read(path).stream()
                                .filter(metric -> metric.step() <= resumedStep)
                                .toList());
            } else {
                Files.deleteIfExists(path);
            }
            return new MetricsFile(
                    path, Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static void keep(Path path, List<Metric> metrics) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        Files.write(temporary, metrics.stream().map(JSON::writeValueAsString).toList());
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** All complete lines of a file, in order. */
    public static List<Metric> read(Path path) {
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException e) {
            throw failure(path, e);
        }
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                metrics.add(JSON.readValue(lines.get(i), Metric.class));
            } catch (JacksonException e) {
                boolean torn = i == lines.size() - 1;
                if (!torn) {
                    throw new QuipuException(
                            path + ":" + (i + 1) + ": expected a metric in JSON, found " + e.getOriginalMessage(), e);
                }
            }
        }
        return metrics;
    }

    /** Appends a line and writes it through. */
    public void write(Metric metric) {
        try {
            writer.write(JSON.writeValueAsString(metric));
            writer.write('\n');
            writer.flush();
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static QuipuException failure(Path path, IOException e) {
        return new QuipuException(path + ": expected to read and write metrics, found " + FileFailure.reason(e), e);
    }
}
