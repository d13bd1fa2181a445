package dev.quipu.runtime.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.checkpoint.TrainingState;
import dev.quipu.runtime.checkpoint.TrainingStateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is asked to end while it trains, or while another trains for it. */
class InterruptedTrainingTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path folder;

    @Test
    void writesACheckpointAndSaysHowToGoOn() throws IOException, InterruptedException {
        Path text = Files.writeString(folder.resolve("text.txt"), "Knots, cords and colours.\n".repeat(40));
        Path run = folder.resolve("run");
        Process process = process(
                "train",
                "llama-tiny",
                "--data",
                text.toString(),
                "--out",
                run.toString(),
                "--steps",
                "100000",
                "--batch",
                "1",
                "--seq",
                "16",
                "--device",
                "reference",
                "--sample-every",
                "0",
                "--validate-every",
                "0",
                "--checkpoint-every",
                "0");
        awaitSteps(run.resolve("metrics.jsonl"), process);
        process.destroy();
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        String output = Files.readString(output());

        assertEquals(TERMINATED, process.exitValue(), output);
        TrainingState state = TrainingStateFiles.readState(run);
        assertTrue(state.step() >= 2, state.toString());
        assertTrue(output.contains("stopped after step " + state.step()), output);
        assertTrue(output.contains("go on with: ./quipu train --resume " + run), output);
    }

    @Test
    void endsTheProcessThatMeasuresAVariant() throws IOException, InterruptedException {
        Process process = process(
                "bench", "llama-tiny", "--vary", "batch=1", "--seq", "16", "--steps", "10000000", "--warmup", "1");
        ProcessHandle variant = awaitChild(process);
        process.destroy();
        try {
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
            variant.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            variant.destroyForcibly();
        }
    }

    private static ProcessHandle awaitChild(Process process) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (true) {
            Optional<ProcessHandle> child = process.children().findFirst();
            if (child.isPresent()) {
                return child.get();
            }
            assertTrue(process.isAlive() && System.nanoTime() < deadline, "no variant in time");
            Thread.sleep(50);
        }
    }

    private Path output() {
        return folder.resolve("output.txt");
    }

    private Process process(String... arguments) throws IOException {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("config/jvm.args"),
                "-classpath",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output().toFile());
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        return builder.start();
    }

    private static void awaitSteps(Path metrics, Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < 2) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, "no step in time");
            Thread.sleep(50);
        }
    }
}
