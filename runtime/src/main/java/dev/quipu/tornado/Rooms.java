package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.GridScheduler;
import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.TaskGraph;
import dev.quipu.runtime.emulator.api.enums.DataTransferMode;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Graphs that give resident arrays room on the device and carry their contents there. TornadoVM gives room only to arrays
 * that a task uses, so these graphs have tasks whose work-item looks at arrays in a branch that it never takes. It reads and
 * writes there, because a buffer is made for the accesses of the first task that uses it.
 */
final class Rooms {
    /**
     * So many arrays can share a graph whatever they are: even with a task for each, of three arguments, that writes it, and four
     * times as many resident arrays in all, TornadoVM holds it.
     */
    static final int ARRAYS_OF_GRAPH = 100;

    private static final int ARRAYS_OF_TASK = 4;

    private final Object[] resident;
    private final GridScheduler grids;
    private final KernelContext context = new KernelContext();
    private final IntArray never = new IntArray(1);

    /**
     * @param resident all resident arrays of the plan
     */
    Rooms(Object[] resident, GridScheduler grids) {
        this.resident = resident;
        this.grids = grids;
        never.set(0, 0);
    }

    /** Divides what is too much for one graph. */
    static <T> List<List<T>> divided(List<T> arrays) {
        List<List<T>> parts = new ArrayList<>();
        for (int i = 0; i < arrays.size(); i += ARRAYS_OF_GRAPH) {
            parts.add(List.copyOf(arrays.subList(i, Math.min(i + ARRAYS_OF_GRAPH, arrays.size()))));
        }
        return parts;
    }

    /** A graph that copies arrays to the device at every execution. */
    TaskGraph filled(String name, List<Object> arrays) {
        return graph(name, arrays, DataTransferMode.EVERY_EXECUTION);
    }

    /** A graph that gives arrays room and leaves their contents open. */
    TaskGraph empty(String name, List<Object> arrays) {
        return graph(name, arrays, DataTransferMode.UNDER_DEMAND);
    }

    private TaskGraph graph(String name, List<Object> arrays, int mode) {
        TaskGraph graph = new TaskGraph(name);
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, never);
        graph.transferToDevice(mode, arrays.toArray());
        graph.consumeFromDevice(others(arrays));
        List<FloatArray> floats = new ArrayList<>();
        List<BFloat16Array> bfloats = new ArrayList<>();
        List<IntArray> integers = new ArrayList<>();
        for (Object array : arrays) {
            if (array instanceof FloatArray own) {
                floats.add(own);
            } else if (array instanceof BFloat16Array own) {
                bfloats.add(own);
            } else {
                integers.add((IntArray) array);
            }
        }
        addFloats(graph, floats);
        addBfloats(graph, bfloats);
        addIntegers(graph, integers);
        return graph.persistOnDevice(arrays.toArray());
    }

    @SuppressWarnings("ReferenceEquality") // arrays are known by what they are
    private Object[] others(List<Object> arrays) {
        List<Object> others = new ArrayList<>();
        for (Object array : resident) {
            if (arrays.stream().noneMatch(own -> own == array)) {
                others.add(array);
            }
        }
        return others.toArray();
    }

    /** A task must not be given one array twice: TornadoVM would wait for ever. So what is left of fours has tasks of its own. */
    private void addFloats(TaskGraph graph, List<FloatArray> arrays) {
        int fours = arrays.size() - arrays.size() % ARRAYS_OF_TASK;
        for (int i = 0; i < fours; i += ARRAYS_OF_TASK) {
            String task = "look_at_floats_" + i;
            graph.task(
                    task,
                    Rooms::lookAtFloats,
                    context,
                    never,
                    arrays.get(i),
                    arrays.get(i + 1),
                    arrays.get(i + 2),
                    arrays.get(i + 3));
            grids.addWorkerGrid(graph.getTaskGraphName() + "." + task, Memory.grid(1, 1));
        }
        for (int i = fours; i < arrays.size(); i++) {
            String task = "look_at_float_" + i;
            graph.task(task, Rooms::lookAtFloat, context, never, arrays.get(i));
            grids.addWorkerGrid(graph.getTaskGraphName() + "." + task, Memory.grid(1, 1));
        }
    }

    private void addBfloats(TaskGraph graph, List<BFloat16Array> arrays) {
        for (int i = 0; i < arrays.size(); i++) {
            String task = "look_at_bfloats_" + i;
            graph.task(task, Rooms::lookAtBfloats, context, never, arrays.get(i));
            grids.addWorkerGrid(graph.getTaskGraphName() + "." + task, Memory.grid(1, 1));
        }
    }

    private void addIntegers(TaskGraph graph, List<IntArray> arrays) {
        for (int i = 0; i < arrays.size(); i++) {
            String task = "look_at_integers_" + i;
            graph.task(task, Rooms::lookAtIntegers, context, never, arrays.get(i));
            grids.addWorkerGrid(graph.getTaskGraphName() + "." + task, Memory.grid(1, 1));
        }
    }

    public static void lookAtFloats(
            KernelContext context,
            IntArray never,
            FloatArray first,
            FloatArray second,
            FloatArray third,
            FloatArray fourth) {
        if (never.get(context.globalIdx) != 0) {
            first.set(0, first.get(0) + 1f);
            second.set(0, second.get(0) + 1f);
            third.set(0, third.get(0) + 1f);
            fourth.set(0, fourth.get(0) + 1f);
        }
    }

    public static void lookAtFloat(KernelContext context, IntArray never, FloatArray array) {
        if (never.get(context.globalIdx) != 0) {
            array.set(0, array.get(0) + 1f);
        }
    }

    public static void lookAtBfloats(KernelContext context, IntArray never, BFloat16Array array) {
        if (never.get(context.globalIdx) != 0) {
            array.set(0, array.get(0));
        }
    }

    public static void lookAtIntegers(KernelContext context, IntArray never, IntArray array) {
        if (never.get(context.globalIdx) != 0) {
            array.set(0, array.get(0) + 1);
        }
    }
}
