package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ResidentMemoryTest {
    private static final long LEAST = 400L << 20;

    /** Of the prediction: what the JVM itself takes meanwhile, for classes and compiled code, comes on top. */
    private static final double TOLERANCE = 0.1;

    @Test
    @Timeout(240)
    void theProcessGrowsByArenaAndScratchAndGivesTheArenaBack() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isReadable(ResidentMemoryProcess.STATUS), "resident memory is only known where /proc tells it");
        long[] bytes = measure();
        double predicted = (double) (bytes[0] + bytes[1]);
        String found = "predicted, arena %,d and scratch %,d; grown by %,d, by %,d after the end"
                .formatted(bytes[0], bytes[1], bytes[2], bytes[3]);

        assertTrue(bytes[0] >= LEAST, found);
        assertEquals(predicted, (double) bytes[2], TOLERANCE * predicted, found);
        assertTrue(bytes[2] - bytes[3] >= (1 - TOLERANCE) * bytes[0], found);
    }

    private static long[] measure() throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        // a heap that is there from the beginning does not grow
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + root.resolve("config/jvm.args"),
                        "-Xms192m",
                        "-Xmx192m",
                        "-XX:+AlwaysPreTouch",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        ResidentMemoryProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // otherwise every thread of the JIT keeps what it once had, tens of megabytes in sum
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        Process process = builder.start();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), line);
        return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    }
}
