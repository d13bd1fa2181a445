package dev.quipu.runtime.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** What has been taken from the heap since the JVM began. Tensors are not on it, so a step that is warm takes nothing. */
final class HeapUse {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private HeapUse() {}

    /** By all threads, those that have ended included. To ask takes nothing. */
    static long bytes() {
        return THREADS.getTotalThreadAllocatedBytes();
    }

    /** By all collectors. */
    static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
