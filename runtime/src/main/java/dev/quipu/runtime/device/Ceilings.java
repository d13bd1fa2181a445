package dev.quipu.runtime.device;

import dev.quipu.codegen.launch.LaunchWork;
import java.util.OptionalDouble;

/**
 * What a machine does at most, all workers together; measured, not declared.
 *
 * @param flopsPerSecond fused multiply-adds of f32 in registers, each of them two operations
 * @param roundedFlopsPerSecond products of bf16 factors, where they are of interest
 * @param readBytesPerSecond of memory that no cache holds
 * @param copyBytesPerSecond of such memory, read and written bytes counted
 * @param launchNanos of a launch that does nothing on all workers: no ceiling of work, but of what passes between it
 */
public record Ceilings(
        double flopsPerSecond,
        OptionalDouble roundedFlopsPerSecond,
        double readBytesPerSecond,
        double copyBytesPerSecond,
        double launchNanos) {
    private static final double NANOS = 1e9;

    public Ceilings {
        double least = Math.min(roundedFlopsPerSecond.orElse(flopsPerSecond), flopsPerSecond);
        if (!(Math.min(least, Math.min(readBytesPerSecond, copyBytesPerSecond)) > 0)) {
            throw new AssertionError("ceilings of " + flopsPerSecond + ", " + roundedFlopsPerSecond + ", "
                    + readBytesPerSecond + ", " + copyBytesPerSecond);
        }
    }

    /** The least time that work can take: the larger of the time to compute and the time to move data. */
    public double nanos(LaunchWork work) {
        return Math.max(computeNanos(work), memoryNanos(work));
    }

    /** Whether the FMA rate is what work waits for, and not the memory. */
    public boolean isComputeBound(LaunchWork work) {
        return computeNanos(work) >= memoryNanos(work);
    }

    private double computeNanos(LaunchWork work) {
        double rounded = work.roundedFlops() / roundedFlopsPerSecond.orElse(flopsPerSecond);
        return NANOS * ((work.flops() - work.roundedFlops()) / flopsPerSecond + rounded);
    }

    /** As much as is written moves at the rate of a copy, and so does what is read with it; the rest is read alone. */
    private double memoryNanos(LaunchWork work) {
        long paired = Math.min(work.bytesRead(), work.bytesWritten());
        long readAlone = work.bytesRead() - paired;
        long copied = work.bytes() - readAlone;
        return NANOS * (copied / copyBytesPerSecond + readAlone / readBytesPerSecond);
    }
}
