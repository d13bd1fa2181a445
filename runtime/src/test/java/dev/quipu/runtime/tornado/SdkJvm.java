package dev.quipu.runtime.tornado;

import dev.quipu.dsl.QuipuException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * What became of a program in a JVM of its own with TornadoVM's flags, which the tests' JVM has not.
 *
 * @param output standard output
 * @param everything standard output, and errors behind it
 */
public record SdkJvm(int exitCode, String output, String everything) {
    /** Where TORNADOVM_HOME names no SDK the test is skipped, by its name. */
    public static void require() {
        Assumptions.assumeTrue(
                System.getenv(Sdk.VARIABLE) != null, "needs a TornadoVM SDK: " + Sdk.VARIABLE + " names its folder");
    }

    /** Runs a main method, or skips the test: see {@link #require}. */
    public static SdkJvm run(Class<?> main, String... arguments) {
        require();
        try {
            Path flags = Files.createTempFile("tornado", ".args");
            try {
                Files.write(flags, flags(Sdk.find()));
                return run(flags, main, arguments);
            } finally {
                Files.delete(flags);
            }
        } catch (IOException | QuipuException e) {
            throw new AssertionError(e);
        }
    }

    private static SdkJvm run(Path flags, Class<?> main, String... arguments) throws IOException {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("config/jvm.args"),
                "@" + flags,
                "-Dquipu.root=" + root,
                "-classpath",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("tornado", ".errors");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new SdkJvm(process.waitFor(), output, output + Files.readString(errors));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            Files.delete(errors);
        }
    }

    /** Those of the launcher: without TornadoVM's garbage collector, since Quipu's flags choose one, and without the current folder. */
    private static List<String> flags(Sdk sdk) throws IOException {
        return Files.readAllLines(sdk.argumentFile()).stream()
                .filter(line -> !line.matches("-XX:\\+Use.*GC"))
                .map(line -> line.replace("--module-path .:", "--module-path "))
                .toList();
    }
}
