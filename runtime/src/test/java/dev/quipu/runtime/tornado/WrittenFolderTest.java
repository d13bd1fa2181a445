package dev.quipu.runtime.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.schedule.Scheduled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A written folder is compiled and run by the commands of its own README; skipped where there is no SDK. */
class WrittenFolderTest {
    private static final int BATCH = 2;
    private static final int SEQUENCE = 13;

    @TempDir
    private Path folder;

    @Test
    void theCommandsOfItsReadmeRunTheProgram() throws IOException, InterruptedException {
        String home = System.getenv().getOrDefault("TORNADOVM_HOME", "");
        Assumptions.assumeTrue(
                !home.isEmpty() && Files.exists(Path.of(home, "tornado-argfile")),
                "needs a TornadoVM SDK: TORNADOVM_HOME names it");
        Scheduled scheduled = new Compiler(false)
                .loss(SmallModels.LLAMA.model(), BATCH, SEQUENCE)
                .scheduled();
        WrittenFolder.write(folder, TornadoProgram.of("loss", scheduled, new PlannedLayout(scheduled.states())));
        float scale = 1f / (BATCH * SEQUENCE);
        Files.write(
                folder.resolve("arrays/loss.scale.bin"),
                ByteBuffer.allocate(Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putFloat(scale)
                        .array());

        String output = run(commands(), home);

        assertTrue(output.contains("run 3: "), output);
        Matcher loss = Pattern.compile("loss\\.loss\\S*: (\\S+)").matcher(output);
        assertTrue(loss.find(), output);
        // weights of 0.02 in eight channels say nothing about the next token
        assertEquals(Math.log(SmallModels.VOCABULARY), Double.parseDouble(loss.group(1)), 0.05, output);
    }

    /** The README's first code block. */
    private String commands() throws IOException {
        return Files.readAllLines(folder.resolve("README.md")).stream()
                .dropWhile(line -> !line.startsWith("    "))
                .takeWhile(line -> line.startsWith("    "))
                .collect(Collectors.joining("\n"));
    }

    private String run(String commands, String home) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder shell = new ProcessBuilder(List.of("sh", "-e", "-c", commands))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> environment = shell.environment();
        environment.put("TORNADOVM_HOME", home);
        environment.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + environment.get("PATH"));
        int exitCode = shell.start().waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, exitCode, text);
        return text;
    }
}
