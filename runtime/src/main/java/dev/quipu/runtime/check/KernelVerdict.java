package dev.quipu.runtime.check;

import dev.quipu.runtime.emulator.Fault;
import java.util.List;

/**
 * What the emulator says of a task.
 *
 * @param name GRAPH.TASK; a graph's name where the graph itself is wrong
 * @param launches how often it ran
 * @param faults none if it is clean
 */
public record KernelVerdict(String name, int launches, List<Fault> faults) {
    public KernelVerdict {
        faults = List.copyOf(faults);
    }

    public boolean isClean() {
        return faults.isEmpty();
    }
}
