package dev.quipu.runtime.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that finds no library it can use; each test starts one, since a JVM looks once. */
@Timeout(60)
class RefusalTest {
    private static final String EXPECTED = "quipu: --precision bf16 on the jvm device: expected oneDNN, and a processor"
            + " with avx512_bf16 or amx_bf16, found ";

    @TempDir
    private Path folder;

    @Test
    void aFileThatIsNotThere() throws IOException, InterruptedException {
        String line = refusal(folder.resolve("libdnnl.so"));
        assertTrue(line.startsWith(EXPECTED + "-Dquipu.onednn: expected the file of oneDNN's library, found "), line);
        assertTrue(line.contains("there is no such file; use --precision f32"), line);
    }

    @Test
    void aFileThatIsNoLibrary() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("libdnnl.so"), "no library");
        String line = refusal(file);
        assertTrue(line.startsWith(EXPECTED + file + ", which is no oneDNN for this system"), line);
    }

    /** The one line that a command prints. */
    private String refusal(Path library) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("config/jvm.args"),
                "-XX:TieredStopAtLevel=1",
                "-Dquipu.onednn=" + library,
                "-classpath",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of("bench", "llama-tiny", "--precision", "bf16", "--steps", "1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), output);
        List<String> lines =
                output.lines().filter(line -> line.startsWith("quipu:")).toList();
        assertEquals(1, lines.size(), output);
        return lines.getFirst();
    }
}
