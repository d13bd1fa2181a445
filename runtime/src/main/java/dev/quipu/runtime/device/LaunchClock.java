package dev.quipu.runtime.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Times of the launches of several runs. */
public final class LaunchClock {
    private final List<LaunchInfo> launches;
    private final long[][] nanos;

    /**
     * @param runs how many runs will be measured, 1 or more
     */
    public LaunchClock(List<LaunchInfo> launches, int runs) {
        if (runs < 1) {
            throw new AssertionError("a profile of " + runs + " runs");
        }
        this.launches = List.copyOf(launches);
        this.nanos = new long[launches.size()][runs];
    }

    /** Notes how long a launch took in a run; both count from 0. */
    public void set(int launch, int run, long time) {
        nanos[launch][run] = time;
    }

    /** Each launch with the median of its times. */
    public List<LaunchTime> medians() {
        List<LaunchTime> times = new ArrayList<>();
        for (int i = 0; i < launches.size(); i++) {
            long[] sorted = nanos[i].clone();
            Arrays.sort(sorted);
            times.add(new LaunchTime(launches.get(i), sorted[sorted.length / 2]));
        }
        return times;
    }

    /** Each launch with the mean of its times in some of the runs: unlike medians, means add up to the mean of the whole. */
    public List<LaunchTime> means(int... runs) {
        List<LaunchTime> times = new ArrayList<>();
        for (int i = 0; i < launches.size(); i++) {
            long[] all = nanos[i];
            long sum = Arrays.stream(runs).mapToLong(run -> all[run]).sum();
            times.add(new LaunchTime(launches.get(i), sum / runs.length));
        }
        return times;
    }
}
