package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.GraphParts;
import dev.quipu.runtime.emulator.LibraryCode;
import dev.quipu.runtime.emulator.Task;
import dev.quipu.runtime.emulator.Transfer;
import dev.quipu.runtime.emulator.api.common.LibraryTaskDescriptor;
import dev.quipu.runtime.emulator.api.common.TornadoFunctions.LibraryTask1;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Tasks that run one after the other, and what moves between host and device before and behind them. */
public class TaskGraph extends LongestTasks {
    private final GraphParts.Builder parts;

    public TaskGraph(String name) {
        parts = new GraphParts.Builder(name);
    }

    public String getTaskGraphName() {
        return parts.name();
    }

    /**
     * Copies arrays to the device before the tasks.
     *
     * @param mode one of {@link dev.quipu.runtime.emulator.api.enums.DataTransferMode}
     */
    public TaskGraph transferToDevice(int mode, Object... objects) {
        parts.inputs(Transfer.When.toDevice(mode), arrays(objects));
        return this;
    }

    /** Copies arrays to the host behind the tasks. */
    public TaskGraph transferToHost(int mode, Object... objects) {
        parts.outputs(Transfer.When.toHost(mode), arrays(objects));
        return this;
    }

    /** Arrays that stay on the device for the graph that runs next. */
    public TaskGraph persistOnDevice(Object... objects) {
        parts.persisted(arrays(objects));
        return this;
    }

    /**
     * Arrays that the graph which ran before has left on the device. TornadoVM can be given that graph's name too, and looks
     * there all the same.
     */
    public TaskGraph consumeFromDevice(Object... objects) {
        parts.consumed(arrays(objects));
        return this;
    }

    /** The graph as it is now. */
    public ImmutableTaskGraph snapshot() {
        return new ImmutableTaskGraph(parts.build());
    }

    /** A task that a library computes: here, what the library would be told computes it. */
    @SuppressWarnings("unchecked")
    public <T1> TaskGraph libraryTask(String id, LibraryTask1<T1> code, T1 a1) {
        LibraryTaskDescriptor task = code.apply(a1);
        LibraryCode computed =
                new LibraryCode((Supplier<int[]>) task.getTuning(), (BiConsumer<int[], Object[]>) task.getTuning());
        parts.libraryTask(id, computed, List.of(task.getParameters()));
        return this;
    }

    @Override
    TaskGraph add(String id, Task.Code code, Object... arguments) {
        parts.task(id, code, List.of(arguments));
        return this;
    }

    private static List<TornadoNativeArray> arrays(Object... objects) {
        return Arrays.stream(objects).map(TornadoNativeArray.class::cast).toList();
    }
}
