package dev.quipu.runtime.bench;

import dev.quipu.runtime.device.LaunchClock;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.TimedExecutable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Times the launches of measured steps while they run. */
final class StepClock {
    /** The kind of all launches of the update: what an optimizer takes is one number. */
    static final String OPTIMIZER = "optimizer";

    private final TimedExecutable gradient;
    private final TimedExecutable update;
    private final LaunchClock gradientClock;
    private final LaunchClock updateClock;

    StepClock(TimedExecutable gradient, TimedExecutable update, int steps) {
        this.gradient = gradient;
        this.update = update;
        this.gradientClock = new LaunchClock(gradient.launches(), steps);
        this.updateClock = new LaunchClock(
                update.launches().stream()
                        .map(launch -> launch.among(OPTIMIZER))
                        .toList(),
                steps);
    }

    void run(int step) {
        gradient.run(gradientClock, step);
        update.run(updateClock, step);
    }

    /**
     * The means of the middle third of the steps, by their whole time: they add up, and steps that something else on the machine
     * held up are not among them.
     *
     * @param nanos of each whole step
     */
    StepProfile profile(long[] nanos) {
        int[] middle = middle(nanos);
        List<LaunchTime> launches = new ArrayList<>(gradientClock.means(middle));
        launches.addAll(updateClock.means(middle));
        return new StepProfile(
                launches,
                Arrays.stream(middle).mapToLong(step -> nanos[step]).average().orElseThrow());
    }

    /** The numbers of the steps that are neither among the fastest third nor among the slowest. */
    static int[] middle(long[] nanos) {
        int third = (nanos.length - 1) / 3;
        return IntStream.range(0, nanos.length)
                .boxed()
                .sorted(Comparator.comparingLong(step -> nanos[step]))
                .skip(third)
                .limit(nanos.length - 2L * third)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
