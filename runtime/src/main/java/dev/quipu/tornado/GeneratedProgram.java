package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.GridScheduler;
import java.util.List;

/** A program whose kernels and task graphs were generated. Its constructor takes a {@link Memory} and asks it for arrays. */
public interface GeneratedProgram {
    /** The program's name; names of its graphs begin with it. */
    String name();

    /** The arrays that the host fills before a run, and that are copied to the device when it begins. */
    List<Object> inputs();

    /**
     * Builds the program's graphs.
     *
     * @param grids is told the grid of every task
     * @return the stages of one run, in order
     */
    List<Stage> stages(GridScheduler grids);
}
