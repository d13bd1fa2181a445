package dev.quipu.runtime.training;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Keeps the process alive after Ctrl-C, or a polite kill, until work that was asked to stop is done. The JVM then ends by
 * itself, with the signal's exit code.
 */
public final class Interruption {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Runnable stop) {
        hook = new Thread(
                () -> {
                    stop.run();
                    awaitDone();
                },
                "quipu-interruption");
    }

    /**
     * Works, under watch.
     *
     * @param stop asks the work to stop; called in a thread of its own
     * @param work all that must be done before the process ends
     */
    public static <T> T watch(Runnable stop, Supplier<T> work) {
        Interruption interruption = new Interruption(stop);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        try {
            return work.get();
        } finally {
            interruption.end();
        }
    }

    private void awaitDone() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The process is ending: the hook has been run, and returns by itself now.
        }
    }
}
