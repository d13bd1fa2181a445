package dev.quipu.runtime.device;

import java.util.List;

/**
 * What happened when in one run of a program. Times are those of {@link System#nanoTime}.
 *
 * @param launches in order
 * @param parts what workers ran, each worker's in order
 */
public record RunTrace(List<LaunchSpan> launches, List<PartSpan> parts) {
    public RunTrace {
        launches = List.copyOf(launches);
        parts = List.copyOf(parts);
    }

    /** A launch, from where it was asked for to where all of its parts were done. */
    public record LaunchSpan(LaunchInfo launch, long begin, long end) {}

    /**
     * A part of a phase of a launch.
     *
     * @param launch its number in the run
     * @param worker who ran it; 0 is the thread that runs the program
     */
    public record PartSpan(int launch, int phase, int part, int worker, long begin, long end) {}
}
