package dev.quipu.runtime.bench;

import dev.quipu.runtime.device.LaunchTime;
import java.util.List;

/**
 * Where the time of a step goes.
 *
 * @param launches in order
 * @param nanos of the whole step, what happens between launches included
 */
public record StepProfile(List<LaunchTime> launches, double nanos) {
    public StepProfile {
        launches = List.copyOf(launches);
    }

    public double launchNanos() {
        return launches.stream().mapToDouble(LaunchTime::nanos).sum();
    }

    /** What is between two launches, on the average. */
    public double gapNanosALaunch() {
        return gapNanos() / Math.max(1, launches.size());
    }

    /** What is between launches. */
    public double gapNanos() {
        return nanos - launchNanos();
    }
}
