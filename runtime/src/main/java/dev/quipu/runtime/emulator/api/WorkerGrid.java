package dev.quipu.runtime.emulator.api;

/** How many work-items run a task, and how they are grouped. */
public interface WorkerGrid {
    /** Number of axes. */
    int dimension();

    /** Work-items along x, y and z. */
    long[] getGlobalWork();

    /** Work-items of a group along x, y and z; null while none are set. */
    long[] getLocalWork();

    void setGlobalWork(long x, long y, long z);

    void setLocalWork(long x, long y, long z);
}
