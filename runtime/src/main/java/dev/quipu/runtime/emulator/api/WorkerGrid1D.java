package dev.quipu.runtime.emulator.api;

/** A grid along one axis. */
public class WorkerGrid1D implements WorkerGrid {
    private long[] global;
    private long[] local;

    /** That many work-items in all; the groups' size is set apart. */
    public WorkerGrid1D(int x) {
        global = new long[] {x, 1, 1};
    }

    @Override
    public int dimension() {
        return 1;
    }

    @Override
    public long[] getGlobalWork() {
        return global.clone();
    }

    @Override
    public long[] getLocalWork() {
        return local == null ? null : local.clone();
    }

    @Override
    public void setGlobalWork(long x, long y, long z) {
        global = new long[] {x, y, z};
    }

    @Override
    public void setLocalWork(long x, long y, long z) {
        local = new long[] {x, y, z};
    }
}
