package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmKernel;

/** A kernel that does one thing and nothing else, to find out how fast that can be. It has parts of equal size. */
abstract class Probe implements JvmKernel {
    /** So many for each worker that one who is held up leaves his to the others. */
    private static final int PARTS_A_WORKER = 32;

    /** A launch that is shorter than this doubles at once. */
    private static final long SHORT_NANOS = 4_000_000;

    /** A longer one may yet be interpreted; after so many the JIT has seen enough of them. */
    private static final int PATIENCE = 10;

    private final int parts;
    private final int most;
    private int size = 1;
    private int runs;

    /**
     * @param most steps that a part has in the end, a power of two
     */
    Probe(int workers, long most) {
        this.parts = partsOf(workers);
        this.most = Math.toIntExact(Long.highestOneBit(most));
    }

    static int partsOf(int workers) {
        return workers * PARTS_A_WORKER;
    }

    @Override
    public final int phases() {
        return 1;
    }

    @Override
    public final int parts(int phase) {
        return parts;
    }

    @Override
    public final void run(int phase, int part, int worker) {
        work(part, size, worker);
    }

    /** Whether it has its whole size. */
    final boolean isWhole() {
        return size == most;
    }

    /** Doubles, up to its whole size, unless it has just become so large that it is slow until the JIT has compiled it. */
    final void growAfter(long nanos) {
        runs++;
        if (!isWhole() && (nanos < SHORT_NANOS || runs == PATIENCE)) {
            size *= 2;
            runs = 0;
        }
    }

    /** What a launch does. */
    final double amount() {
        return (double) parts * size * amountOfStep();
    }

    abstract double amountOfStep();

    abstract void work(int part, int steps, int worker);
}
