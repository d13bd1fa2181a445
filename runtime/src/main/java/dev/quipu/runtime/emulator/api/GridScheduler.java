package dev.quipu.runtime.emulator.api;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The grids of a plan's tasks, by the names GRAPH.TASK. */
public class GridScheduler {
    private final Map<String, WorkerGrid> grids = new TreeMap<>();

    public GridScheduler() {}

    public GridScheduler(String taskName, WorkerGrid workerGrid) {
        addWorkerGrid(taskName, workerGrid);
    }

    public final void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
        grids.put(taskName, workerGrid);
    }

    /** A task's grid; null where it has none. */
    public WorkerGrid get(String taskName) {
        return grids.get(taskName);
    }

    public boolean contains(String taskGraphName, String taskName) {
        return grids.containsKey(taskGraphName + "." + taskName);
    }

    public Set<String> keySet() {
        return Set.copyOf(grids.keySet());
    }
}
