package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a graph did when it first ran, to be done again: its tasks with what a library was told then, over the copies of arrays
 * that the device had then.
 */
final class Recording {
    private final List<Task> tasks;
    private final Map<TornadoNativeArray, DeviceArray> arrays;

    private Recording(List<Task> tasks, Map<TornadoNativeArray, DeviceArray> arrays) {
        this.tasks = tasks;
        this.arrays = arrays;
    }

    /**
     * @param memory in which all that the graph uses has its room
     */
    static Recording of(GraphParts graph, DeviceMemory memory) {
        return new Recording(
                graph.tasks().stream().map(Task::recorded).toList(), new IdentityHashMap<>(memory.arrays()));
    }

    List<Task> tasks() {
        return tasks;
    }

    /** Whether an argument is now another copy than the one that was recorded, which is the one that a replay works on. */
    @SuppressWarnings("ReferenceEquality") // copies are known by what they are
    boolean isStale(Object argument, DeviceMemory memory) {
        return argument instanceof TornadoNativeArray array && arrays.get(array) != memory.find(array);
    }
}
