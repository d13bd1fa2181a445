package dev.quipu.runtime.jvm;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
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

    private static long total(List<Thread> threads) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < threads.size(); i++) {
            bytes += THREADS.getThreadAllocatedBytes(threads.get(i).threadId());
        }
        return bytes;
    }
}
