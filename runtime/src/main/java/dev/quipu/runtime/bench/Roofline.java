package dev.quipu.runtime.bench;

import dev.quipu.runtime.device.Ceilings;
import dev.quipu.runtime.device.LaunchTime;
import java.util.Comparator;
import java.util.List;

/**
 * A step beside what the machine could do, after Williams, Waterman and Patterson 2009 (Roofline): no launch takes less than its
 * operations at the FMA rate, nor less than its bytes at the memory's. What several launches take at least is the sum.
 */
public record Roofline(StepProfile profile, Ceilings ceilings) {
    /** The least time of the step's launches, one after the other, with nothing between them. */
    public double leastNanos() {
        return leastNanos(profile.launches());
    }

    /** The least time of a group's launches, one after the other. */
    public double leastNanos(LaunchGroup group) {
        return leastNanos(group.launches());
    }

    private double leastNanos(List<LaunchTime> launches) {
        return launches.stream()
                .mapToDouble(time -> ceilings.nanos(time.launch().work()))
                .sum();
    }

    /** The share of the rate that the ceilings allow which the step reaches: 1 at the ceiling. */
    public double share() {
        return leastNanos() / profile.nanos();
    }

    /** The same of a group's launches; more than 1 where what they read was still in a cache. */
    public double share(LaunchGroup group) {
        return leastNanos(group) / Math.max(1, group.nanos());
    }

    /** The time that a group's launches take longer than they must. */
    public double lostNanos(LaunchGroup group) {
        return group.nanos() - leastNanos(group);
    }

    /** The kernels that lose most time against their ceiling, the worst first. */
    public List<LaunchGroup> furthest(int most) {
        return LaunchGroup.kernels(profile).stream()
                .sorted(Comparator.comparingDouble(this::lostNanos).reversed())
                .limit(most)
                .toList();
    }
}
