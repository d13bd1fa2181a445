package dev.quipu.runtime.plan;

import java.util.OptionalLong;

/**
 * What a plan's program did on a device.
 *
 * @param stepSeconds median time of forward and backward
 * @param fastestSeconds of all runs
 * @param slowestSeconds of all runs
 * @param nativeBytes what the program said it needs: its arena, and its kernels' scratch memory
 * @param residentBytes by which the process had grown behind a run; empty where the system does not tell
 */
public record MeasuredPlan(
        PlanSummary plan,
        double stepSeconds,
        double fastestSeconds,
        double slowestSeconds,
        long nativeBytes,
        OptionalLong residentBytes) {}
