package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts the bytes of heap that the caller and the workers take. */
final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int RUNS = 50;
    private static final long PATIENCE = 100_000_000_000L;

    private Allocations() {}

    /**
     * Bytes that 50 runs take when the JIT is done: zero as soon as one round takes nothing, else those of the last round
     * within a hundred seconds.
     */
    static long whenWarm(WorkerPool pool, Runnable run) {
        List<Thread> threads = pool.threads();
        long end = System.nanoTime() + PATIENCE;
        long bytes = Long.MAX_VALUE;
        while (bytes != 0 && System.nanoTime() < end) {
            long before = total(threads);
            for (int i = 0; i < RUNS; i++) {
                run.run();
            }
            bytes = total(threads) - before;
        }
        return bytes;
    }

    /**
     * What a main class prints, in a JVM of its own: in one that has run hundreds of other kernels, what the JIT thinks of these is
     * not only theirs.
     */
    static String printedBy(Class<?> main, String... arguments) throws IOException, InterruptedException {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + root.resolve("config/jvm.args"),
                "-Dquipu.root=" + root,
                "-classpath",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.strip();
    }

    private static long total(List<Thread> threads) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < threads.size(); i++) {
            bytes += THREADS.getThreadAllocatedBytes(threads.get(i).threadId());
        }
        return bytes;
    }
}
