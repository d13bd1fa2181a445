package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of workers, the only threads that compute. The thread that asks for a launch is worker 0. Parts are taken one
 * by one, in order, by whoever is free; a launch allocates nothing.
 *
 * <p>One word holds the number of the phase in its upper half and the parts that nobody has taken yet in its lower half. Whoever
 * takes a part by counting it down holds the phase open until he has counted it as done, so the phase's fields stand
 * still while they are read; a worker who comes late finds nothing to take and delays nobody.
 */
final class WorkerPool implements AutoCloseable {
    /** A waiting worker spins for about 50 microseconds, so that the next phase finds it running ... */
    private static final int SPINS = 1_000;

    /** ... then gives its core away again and again for about a millisecond, and then sleeps. */
    private static final int PATIENCE = 3_000;

    /** Words that different threads write lie this many longs apart: two cache lines, which are fetched in pairs. */
    private static final int APART = 16;

    private static final int OPEN = APART;
    private static final int DONE = 2 * APART;
    private static final int ASLEEP = 3 * APART;

    private final int workers;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLongArray words;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;

    private JvmKernel kernel;
    private int phase;
    private int parts;
    private int epoch;

    /** Parts that {@link #DONE} has counted when a phase is over: those that other threads than callers' have run so far. */
    private long othersDone;

    /**
     * Starts the workers.
     *
     * @param workers 1 or more, the callers' thread counted
     */
    WorkerPool(int workers) {
        this.workers = workers;
        words = new AtomicLongArray(ASLEEP + (workers + 1) * APART);
        for (int i = 1; i < workers; i++) {
            int worker = i;
            Thread thread = new Thread(() -> serve(worker), "quipu-worker-" + worker);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    int workers() {
        return workers;
    }

    /** All workers but the caller. */
    List<Thread> threads() {
        return List.copyOf(threads);
    }

    /**
     * Runs all parts of all phases of a kernel and waits for them. Launches from several threads run one after the other.
     *
     * @throws AssertionError if a part throws anything; parts that nobody had taken by then are left out
     */
    synchronized void run(Launch launch) {
        if (closed) {
            throw new AssertionError("launch of " + launch.what() + " on a closed device");
        }
        try {
            for (int i = 0; i < launch.phases(); i++) {
                run(launch.kernel(), i, launch.parts(i));
            }
        } catch (Throwable thrown) {
            throw new AssertionError("the kernel of " + launch.what() + " failed: " + thrown, thrown);
        }
    }

    private void run(JvmKernel launched, int index, int count) throws Throwable {
        if (count == 1 || workers == 1) {
            for (int part = 0; part < count; part++) {
                launched.run(index, part, 0);
            }
            return;
        }
        kernel = launched;
        phase = index;
        parts = count;
        epoch++;
        words.set(OPEN, (long) epoch << 32 | count);
        wake(Math.min(count, workers) - 1);
        othersDone += count - takeParts(0);
        for (int waits = 0; words.get(DONE) != othersDone; waits++) {
            pause(waits);
        }
        if (failure.get() != null) {
            throw failure.getAndSet(null);
        }
    }

    private void serve(int worker) {
        int waits = 0;
        while (!closed) {
            if ((int) words.get(OPEN) != 0) {
                int done = takeParts(worker);
                if (done > 0) {
                    words.addAndGet(DONE, done);
                }
                waits = 0;
            } else if (waits < PATIENCE) {
                pause(waits++);
            } else {
                sleep(worker);
                waits = 0;
            }
        }
    }

    /** Runs parts until nobody finds one to take. The phase is open until what is answered counts as done. */
    private int takeParts(int worker) {
        int done = 0;
        while (true) {
            long open = words.get(OPEN);
            int left = (int) open;
            if (left == 0) {
                return done;
            }
            if (words.compareAndSet(OPEN, open, open - 1)) {
                done += run(parts - left, worker);
                if (left == 1) {
                    return done; // another look would cost as much as a hand-off
                }
            }
        }
    }

    /** Answers how many parts that is: one, and after a failure all that are given up. */
    private int run(int part, int worker) {
        try {
            kernel.run(phase, part, worker);
            return 1;
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
            return 1 + giveUpRest();
        }
    }

    /** Takes the parts that nobody has taken; answers how many. */
    private int giveUpRest() {
        while (true) {
            long open = words.get(OPEN);
            int left = (int) open;
            if (words.compareAndSet(OPEN, open, open - left)) {
                return left;
            }
        }
    }

    /** A worker that waits must not hold the core that a preempted one needs: it spins only for a while. */
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler's help is what a preempted worker needs
    private static void pause(int waits) {
        if (waits < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** Says that it sleeps before it looks a last time, while {@link #wake} looks for sleepers after it has opened a phase. */
    private void sleep(int worker) {
        int place = ASLEEP + worker * APART;
        words.set(place, 1);
        if ((int) words.get(OPEN) == 0 && !closed) {
            LockSupport.park(this);
        }
        words.set(place, 0);
    }

    private void wake(int wanted) {
        for (int worker = 1; worker <= wanted; worker++) {
            if (words.get(ASLEEP + worker * APART) != 0) {
                LockSupport.unpark(threads.get(worker - 1));
            }
        }
    }

    /** Ends the workers, after the launch that is running. */
    @Override
    public synchronized void close() {
        closed = true;
        threads.forEach(LockSupport::unpark);
    }
}
