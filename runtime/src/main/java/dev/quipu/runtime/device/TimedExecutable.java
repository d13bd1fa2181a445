package dev.quipu.runtime.device;

import dev.quipu.dsl.QuipuException;
import java.util.List;

/** A program whose launches can be watched while it runs as always: two looks at the clock are all that a launch takes longer. */
public interface TimedExecutable extends Executable {
    /**
     * Runs the program once, like {@link #run()}, and notes the time of each launch.
     *
     * @param clock of {@link #launches}
     * @param run the clock's run
     * @throws QuipuException as {@link #run()} does
     */
    void run(LaunchClock clock, int run);

    /**
     * Runs the program once, with all effects on state, and notes what each worker does. That takes a little longer: use
     * {@link #run(LaunchClock, int)} for times.
     *
     * @throws QuipuException as {@link #run()} does
     */
    RunTrace trace();

    @Override
    default List<LaunchTime> profile(int runs) {
        LaunchClock clock = new LaunchClock(launches(), runs);
        for (int run = 0; run < runs; run++) {
            run(clock, run);
        }
        return clock.medians();
    }
}
