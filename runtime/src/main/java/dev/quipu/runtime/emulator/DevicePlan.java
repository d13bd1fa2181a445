package dev.quipu.runtime.emulator;

import dev.quipu.runtime.emulator.api.GridScheduler;
import dev.quipu.runtime.emulator.api.WorkerGrid;
import dev.quipu.runtime.emulator.api.types.arrays.TornadoNativeArray;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Graphs and what they have on the device. */
public final class DevicePlan {
    /** Numbers of {@link Actors} belong to one launch at a time. */
    private static final ReentrantLock DEVICE = new ReentrantLock();

    /** Work-items that a group may have on every GPU that matters. */
    private static final long MOST_ITEMS = 1024;

    private static final long SEED = Long.getLong("quipu.emulator.seed", 1);

    private final List<GraphParts> graphs;
    private final List<DeviceMemory> memories;
    private final Set<Integer> recorded = new HashSet<>();
    private final Map<Integer, Recording> recordings = new HashMap<>();
    private int last = -1;
    private long launches;

    /** A plan of graphs, each of another name, with nothing on the device. */
    public DevicePlan(List<GraphParts> graphs) {
        this.graphs = List.copyOf(graphs);
        memories = graphs.stream().map(graph -> new DeviceMemory()).toList();
        long names = graphs.stream().map(GraphParts::name).distinct().count();
        if (names != graphs.size()) {
            throw new AssertionError("two graphs of one name: "
                    + graphs.stream().map(GraphParts::name).toList());
        }
    }

    /** Number of graphs. */
    public int size() {
        return graphs.size();
    }

    /** Records a graph when it runs next, and replays that from then on. */
    public void record(int number) {
        if (memories.get(number).executed()) {
            throw new AssertionError(graphs.get(number).name() + " has run, and TornadoVM records no graph that has");
        }
        recorded.add(number);
    }

    /**
     * Runs a graph.
     *
     * @param grids null for none
     * @return nanoseconds of each task; of none where the graph is recorded, since a recording is one thing to the profiler
     */
    public Map<String, Long> execute(int number, GridScheduler grids) {
        DEVICE.lock();
        try {
            return run(number, grids == null ? new GridScheduler() : grids);
        } finally {
            DEVICE.unlock();
        }
    }

    private Map<String, Long> run(int number, GridScheduler grids) {
        GraphParts graph = graphs.get(number);
        DeviceMemory memory = memories.get(number);
        prepare(graph, memory);
        for (Transfer input : graph.inputs()) {
            DeviceArray device = memory.find(input.array());
            if (device != null && isDue(input.when(), memory)) {
                device.copyFrom(input.array().getSegment());
                device.shadow().written();
            }
        }
        Set<TornadoNativeArray> results = identities(graph.outputs().stream()
                .filter(output -> output.when() == Transfer.When.EVERY)
                .map(Transfer::array)
                .toList());
        Map<String, Long> times = new LinkedHashMap<>();
        for (Task task : tasks(number)) {
            long start = System.nanoTime();
            launch(task, memory, grids);
            results.removeIf(result -> writes(task, result, memory));
            if (!recorded.contains(number)) {
                times.put(task.name(), System.nanoTime() - start);
            }
        }
        results.removeIf(result -> memory.find(result) == null);
        results.forEach(result -> fault(
                graph,
                "copies an array of " + result.getSize()
                        + " elements to the host that it only reads, which TornadoVM leaves" + " out"));
        for (Transfer output : graph.outputs()) {
            if (output.when() == Transfer.When.EVERY) {
                checkWritten(graph, memory, output.array());
                toHost(number, output.array());
            }
        }
        memory.setExecuted();
        last = number;
        return times;
    }

    @SuppressWarnings("ReferenceEquality") // arrays are known by what they are
    private static boolean writes(Task task, TornadoNativeArray array, DeviceMemory memory) {
        boolean takes = task.arguments().stream().anyMatch(argument -> argument == array);
        return takes && (task.library() || memory.find(array).shadow().writtenInLaunch());
    }

    /** The graph's tasks, or what was recorded of them. */
    private List<Task> tasks(int number) {
        GraphParts graph = graphs.get(number);
        if (!recorded.contains(number)) {
            return graph.tasks();
        }
        DeviceMemory memory = memories.get(number);
        Recording recording = recordings.computeIfAbsent(number, first -> Recording.of(graph, memory));
        for (Task task : recording.tasks()) {
            if (task.arguments().stream().anyMatch(argument -> recording.isStale(argument, memory))) {
                Faults.report(
                        FaultKind.TRANSFER,
                        task,
                        "an argument has another place on the device than when it was recorded");
            }
        }
        return recording.tasks();
    }

    private static boolean isDue(Transfer.When when, DeviceMemory memory) {
        return switch (when) {
            case FIRST -> !memory.executed();
            case EVERY -> true;
            case ASKED -> false;
        };
    }

    /**
     * Makes room for what the tasks use, and takes over what another graph has left. TornadoVM makes none for an array that no
     * task uses, and promises nothing about what an array holds that is neither copied nor kept.
     */
    private void prepare(GraphParts graph, DeviceMemory memory) {
        Set<TornadoNativeArray> kept = identities(graph.persisted());
        graph.inputs().forEach(input -> kept.add(input.array()));
        Set<TornadoNativeArray> used = identities(graph.tasks().stream()
                .flatMap(task -> task.arguments().stream())
                .filter(TornadoNativeArray.class::isInstance)
                .map(TornadoNativeArray.class::cast)
                .toList());
        for (TornadoNativeArray consumed : graph.consumed()) {
            kept.add(consumed);
            consume(graph, consumed, memory, used.contains(consumed));
        }
        for (TornadoNativeArray array : used) {
            DeviceArray device = memory.allocate(array);
            if (!kept.contains(array)) {
                device.shadow().forget();
            }
        }
    }

    private static Set<TornadoNativeArray> identities(List<TornadoNativeArray> arrays) {
        Set<TornadoNativeArray> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(arrays);
        return set;
    }

    /** An array that no task uses may be missing: the graph passes on what it gets. */
    private void consume(GraphParts graph, TornadoNativeArray array, DeviceMemory memory, boolean isUsed) {
        DeviceArray device = last < 0 || !keeps(graphs.get(last), array)
                ? null
                : memories.get(last).find(array);
        if (device != null) {
            memory.share(array, device);
        } else if (isUsed) {
            String from =
                    last < 0 ? "no graph has run before" : graphs.get(last).name() + ", which ran before, keeps none";
            fault(graph, "consumes an array of " + array.getSize() + " elements from the device: " + from);
        }
    }

    @SuppressWarnings("ReferenceEquality") // arrays are known by what they are
    private static boolean keeps(GraphParts graph, TornadoNativeArray array) {
        return graph.persisted().stream().anyMatch(kept -> kept == array)
                || graph.consumed().stream().anyMatch(passed -> passed == array);
    }

    private static void fault(GraphParts graph, String detail) {
        Optional<Origin> origin = graph.tasks().isEmpty()
                ? Optional.empty()
                : graph.tasks().getFirst().origin();
        Faults.report(new Fault(FaultKind.TRANSFER, graph.name(), origin, Optional.empty(), Optional.empty(), detail));
    }

    private void launch(Task task, DeviceMemory memory, GridScheduler grids) {
        if (task.library()) {
            launches++;
            new Launch(task, memory.arrays()).run(1, 1, launches);
            return;
        }
        WorkerGrid grid = grids.get(task.name());
        if (grid == null || grid.getLocalWork() == null) {
            Faults.report(FaultKind.GRID, task, "there is no grid with groups of that name");
            return;
        }
        long items = grid.getLocalWork()[0];
        long all = grid.getGlobalWork()[0];
        if (items < 1 || items > MOST_ITEMS || all < items || all % items != 0 || all > Integer.MAX_VALUE) {
            Faults.report(FaultKind.GRID, task, all + " work-items in groups of " + items);
            return;
        }
        launches++;
        new Launch(task, memory.arrays()).run((int) (all / items), (int) items, SEED * 1_000_003 + launches);
    }

    private static void checkWritten(GraphParts graph, DeviceMemory memory, TornadoNativeArray array) {
        DeviceArray device = memory.find(array);
        int unwritten = device == null ? -1 : device.shadow().firstUnwritten();
        if (unwritten >= 0) {
            fault(
                    graph,
                    "copies an array of " + array.getSize() + " elements to the host, and nobody has written element "
                            + unwritten);
        }
    }

    /** Copies an array of a graph to the host, with whatever it holds. */
    public void toHost(int number, TornadoNativeArray array) {
        DeviceArray device = memories.get(number).find(array);
        GraphParts graph = graphs.get(number);
        if (device == null) {
            fault(graph, "copies an array of " + array.getSize() + " elements to the host that no task uses");
            return;
        }
        device.copyTo(array.getSegment());
    }

    /** Bytes of all arrays on the device. */
    public long bytes() {
        Set<TornadoNativeArray> arrays = identities(memories.stream()
                .flatMap(memory -> memory.arrays().keySet().stream())
                .toList());
        return arrays.stream()
                .mapToLong(array -> (long) array.getSize() * array.getElementSize())
                .sum();
    }

    /** Frees the device. */
    public void free() {
        memories.forEach(DeviceMemory::free);
        recordings.clear();
        last = -1;
    }
}
