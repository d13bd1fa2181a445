package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.KernelContext;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A task on the device: all its work-groups, one after the other, in an order that a seed determines. */
final class Launch {
    /** Accesses may be wrong a billion times. */
    private static final int MOST_FAULTS = 500;

    private static Launch running;

    private final Task task;
    private final List<Object> arguments;
    private final Map<Integer, Origin> meetings = new HashMap<>();
    private WorkGroup workGroup;
    private int faults;

    /**
     * @param arrays copies on the device of the task's arrays
     */
    Launch(Task task, Map<TornadoNativeArray, DeviceArray> arrays) {
        this.task = task;
        arguments = task.arguments().stream()
                .map(argument -> argument instanceof TornadoNativeArray ? arrays.get(argument) : argument)
                .toList();
    }

    /** The launch that runs; there is one at a time. */
    static Launch running() {
        if (running == null) {
            throw new AssertionError("no kernel runs");
        }
        return running;
    }

    /** Runs all work-groups. */
    void run(int groups, int items, long seed) {
        Faults.launched(task);
        Actors.beginLaunch(items);
        shadows().forEach(Shadow::renumber);
        Windows.find(task.arguments(), arguments).ifPresent(windows -> Windows.apply(windows, arguments));
        SplittableRandom random = new SplittableRandom(seed);
        int[] order = IntStream.range(0, groups).toArray();
        WorkGroup.shuffle(order, random);
        workGroup = new WorkGroup(this, groups, items, random);
        running = this;
        try {
            for (int group : order) {
                workGroup.run(group);
            }
        } finally {
            running = null;
            shadows().forEach(Shadow::release);
        }
    }

    private Stream<Shadow> shadows() {
        return arguments.stream().filter(DeviceArray.class::isInstance).map(array -> ((DeviceArray) array).shadow());
    }

    Task task() {
        return task;
    }

    Object[] argumentsFor(ItemContext context) {
        return arguments.stream()
                .map(argument -> argument instanceof KernelContext ? context : argument)
                .toArray();
    }

    /** Which argument an array is; -1 if it is none. */
    int argument(KernelArray array) {
        return arguments.indexOf(array);
    }

    Optional<Fault.WorkItem> workItem() {
        return Optional.of(workGroup.workItem());
    }

    /** The barrier, or the use of a matrix unit, at a line; the first time, the running work-item must be at it. */
    Origin meetingAt(int line) {
        Origin known = meetings.get(line);
        Origin origin = known == null ? Origin.ofCaller().orElseThrow() : known;
        meetings.put(line, origin);
        return origin;
    }

    /** Whether so much is wrong that no more is looked at; asked once for each fault. */
    boolean tiredOfFaults() {
        return ++faults > MOST_FAULTS;
    }
}
