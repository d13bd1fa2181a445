package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.JvmKernel;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {
    /** Counts how often every part ran, and parts that began before the phase before theirs had ended. */
    private static final class Counting implements JvmKernel {
        private final int[] parts;
        private final AtomicIntegerArray[] ran;
        private final AtomicIntegerArray ended;
        private final AtomicInteger tooEarly = new AtomicInteger();
        private final AtomicInteger wrongWorker = new AtomicInteger();
        private final int workers;

        Counting(int workers, int... parts) {
            this.workers = workers;
            this.parts = parts;
            ran = new AtomicIntegerArray[parts.length];
            for (int i = 0; i < parts.length; i++) {
                ran[i] = new AtomicIntegerArray(parts[i]);
            }
            ended = new AtomicIntegerArray(parts.length);
        }

        @Override
        public int phases() {
            return parts.length;
        }

        @Override
        public int parts(int phase) {
            return parts[phase];
        }

        @Override
        public void run(int phase, int part, int worker) {
            if (phase > 0 && ended.get(phase - 1) != parts[phase - 1]) {
                tooEarly.incrementAndGet();
            }
            String expected = worker == 0 ? "" : "quipu-worker-" + worker;
            if (worker >= workers
                    || (worker > 0 && !Thread.currentThread().getName().equals(expected))) {
                wrongWorker.incrementAndGet();
            }
            ran[phase].incrementAndGet(part);
            ended.incrementAndGet(phase);
        }

        void check() {
            for (int phase = 0; phase < parts.length; phase++) {
                for (int part = 0; part < parts[phase]; part++) {
                    assertEquals(1, ran[phase].get(part), "phase " + phase + " part " + part);
                }
            }
            assertEquals(0, tooEarly.get(), "parts that did not wait for the phase before");
            assertEquals(0, wrongWorker.get(), "parts that were told the number of another worker");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyPartRunsOnceAndPhasesAreInOrder(int workers) {
        Random random = new Random(workers);
        try (WorkerPool pool = new WorkerPool(workers)) {
            for (int launch = 0; launch < 3_000; launch++) {
                int[] parts = random.ints(1 + random.nextInt(4), 1, 20).toArray();
                Counting kernel = new Counting(workers, parts);
                pool.run(new Launch(kernel, "counting"));
                kernel.check();
            }
        }
    }

    @Test
    void sleepingWorkersWake() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int launch = 0; launch < 5; launch++) {
                while (pool.threads().getFirst().getState() != Thread.State.WAITING) {
                    Thread.sleep(1);
                }
                AtomicInteger byOther = new AtomicInteger();
                // the caller's part ends only when the other worker has taken one
                pool.run(new Launch(
                        kernel(2, part -> {
                            byOther.incrementAndGet();
                            while (byOther.get() != 2) {
                                Thread.onSpinWait();
                            }
                        }),
                        "waiting"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void aPartThatThrowsEndsTheLaunch(int workers) {
        try (WorkerPool pool = new WorkerPool(workers)) {
            for (int thrower = 0; thrower < 40; thrower++) {
                int bad = thrower;
                AtomicInteger running = new AtomicInteger();
                IllegalStateException cause = new IllegalStateException("part " + bad);
                AssertionError error = assertThrows(
                        AssertionError.class,
                        () -> pool.run(new Launch(
                                kernel(40, part -> {
                                    running.incrementAndGet();
                                    if (part == bad) {
                                        throw cause;
                                    }
                                    Thread.onSpinWait();
                                    running.decrementAndGet();
                                }),
                                "layers_norm (rmsNorm in layers.0)")));
                assertSame(cause, error.getCause());
                assertTrue(error.getMessage().contains("layers_norm (rmsNorm in layers.0)"), error.getMessage());
                assertEquals(1, running.get(), "parts still running after the launch");
            }
            Counting after = new Counting(workers, 9, 1, 9);
            pool.run(new Launch(after, "after"));
            after.check();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void phasesAfterAFailureDoNotRun(int workers) {
        AtomicInteger laterParts = new AtomicInteger();
        JvmKernel failing = new JvmKernel() {
            @Override
            public int phases() {
                return 2;
            }

            @Override
            public int parts(int phase) {
                return 4;
            }

            @Override
            public void run(int phase, int part, int worker) {
                if (phase == 1) {
                    laterParts.incrementAndGet();
                } else if (part == 2) {
                    throw new IllegalStateException();
                }
            }
        };
        try (WorkerPool pool = new WorkerPool(workers)) {
            assertThrows(AssertionError.class, () -> pool.run(new Launch(failing, "failing")));
        }
        assertEquals(0, laterParts.get());
    }

    @Test
    void launchesOfSeveralThreadsRunOneAfterTheOther() throws InterruptedException {
        AtomicInteger owner = new AtomicInteger();
        AtomicInteger mixed = new AtomicInteger();
        try (WorkerPool pool = new WorkerPool(2)) {
            Thread other = new Thread(() -> launch(pool, 1, owner, mixed));
            other.start();
            launch(pool, 2, owner, mixed);
            other.join();
        }
        assertEquals(0, mixed.get(), "parts that ran during another thread's launch");
    }

    private static void launch(WorkerPool pool, int own, AtomicInteger owner, AtomicInteger mixed) {
        AtomicInteger ended = new AtomicInteger();
        JvmKernel kernel = kernel(3, part -> {
            int present = owner.compareAndExchange(0, own);
            if (present != 0 && present != own) {
                mixed.incrementAndGet();
            }
            if (ended.incrementAndGet() == 3) {
                ended.set(0);
                owner.set(0);
            }
        });
        Launch launch = new Launch(kernel, "launch of " + own);
        for (int i = 0; i < 5_000; i++) {
            pool.run(launch);
        }
    }

    @Test
    void aClosedPoolRefusesLaunches() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        assertThrows(AssertionError.class, () -> pool.run(new Launch(new Counting(2, 1), "late")));
    }

    private interface Part {
        void run(int part);
    }

    private static JvmKernel kernel(int parts, Part body) {
        return new JvmKernel() {
            @Override
            public int phases() {
                return 1;
            }

            @Override
            public int parts(int phase) {
                return parts;
            }

            @Override
            public void run(int phase, int part, int worker) {
                body.run(part);
            }
        };
    }
}
