package dev.quipu.runtime.cli;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line once more, in a JVM like this one. */
final class OwnProcess {
    private OwnProcess() {}

    /**
     * Runs a command to its end.
     *
     * @return what it wrote on its standard output
     * @throws QuipuException with the last line of its standard error, if it does not succeed
     */
    static String output(List<String> arguments) {
        try {
            Path errors = Files.createTempFile("quipu", ".txt");
            try {
                return output(arguments, errors);
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String output(List<String> arguments, Path errors) throws IOException {
        Process process = new ProcessBuilder(command(arguments))
                .redirectError(errors.toFile())
                .start();
        process.getOutputStream().close();
        // it computes for minutes on the cores of whoever has ended us, with nobody to read what it finds
        Thread end = new Thread(process::destroyForcibly, "quipu-own-process");
        try {
            Runtime.getRuntime().addShutdownHook(end);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != QuipuCommand.SUCCESS) {
                List<String> lines = Files.readAllLines(errors);
                throw QuipuException.of(
                        "success",
                        lines.isEmpty() ? "exit code " + process.exitValue() : lines.getLast(),
                        "./quipu " + String.join(" ", arguments),
                        "");
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QuipuException(String.join(" ", arguments) + ": interrupted", e);
        } finally {
            process.destroy();
            release(end);
        }
    }

    private static void release(Thread end) {
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            // the JVM is ending: the hook has run, or will
        }
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(arguments);
        return command;
    }
}
