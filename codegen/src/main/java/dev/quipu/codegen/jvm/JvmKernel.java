package dev.quipu.codegen.jvm;

/**
 * What a generated kernel of the JVM target implements, bound to its buffers. The runtime runs all parts of a phase, on any
 * workers, before it begins the next phase.
 */
public interface JvmKernel {
    int phases();

    /** Number of parts of a phase; they may run at the same time. */
    int parts(int phase);

    /**
     * Runs one part.
     *
     * @param worker number of the worker that runs it, for scratch memory of its own
     */
    void run(int phase, int part, int worker);
}
