package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.GridScheduler;
import dev.quipu.runtime.emulator.api.ImmutableTaskGraph;
import dev.quipu.runtime.emulator.api.TaskGraph;
import dev.quipu.runtime.emulator.api.TornadoExecutionPlan;
import dev.quipu.runtime.emulator.api.TornadoExecutionResult;
import dev.quipu.runtime.emulator.api.enums.ProfilerMode;
import dev.quipu.runtime.emulator.api.exceptions.TornadoExecutionPlanException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Programs in one execution plan, over arrays that stay on the device. TornadoVM hands an array's device buffer from
 * the graph that ran last to the graph that runs next, so every graph consumes all resident arrays, used or not, and
 * graphs may run in any order.
 */
public final class Session implements Computation {
    /** What names of graphs that make room begin with: those of programs begin with a small letter. */
    private static final String ROOMS = "Rooms_";

    private final Memory memory;
    private final List<List<String>> together = new ArrayList<>();
    private final Map<String, List<Stage>> programs = new LinkedHashMap<>();

    /** Graphs that copy a program's inputs to the device. */
    private final Map<String, List<TaskGraph>> inputs = new LinkedHashMap<>();

    private final Map<TaskGraph, Integer> places = new LinkedHashMap<>();
    private final TornadoExecutionPlan plan;
    private final boolean recording;
    private final int rooms;
    private TornadoExecutionResult last;

    /**
     * Builds the graphs of programs; nothing is compiled for the device or copied to it before the first run.
     *
     * @param programs classes of {@link GeneratedProgram}s, with a constructor that takes a {@link Memory}
     * @param provided host memory by the name of an array: see {@link Memory}
     * @param together names of resident arrays that are uploaded together; those that are in no list are uploaded in
     *     one of their own
     * @param device numbers of backend and device, {@code 0:0}; empty for TornadoVM's default
     * @param recording whether the driver records what it is asked for in a graph and replays that, where a stage can be: a
     *     CUDA graph, which the backend cuda has. Nothing can be profiled then.
     */
    public Session(
            List<Class<?>> programs,
            Map<String, MemorySegment> provided,
            List<List<String>> together,
            String device,
            boolean recording) {
        this.recording = recording;
        List<GeneratedProgram> instances = new ArrayList<>();
        Memory arrays = new Memory(provided);
        for (Class<?> program : programs) {
            instances.add(instance(program, arrays));
        }
        if (arrays.isOutgrown()) {
            arrays = arrays.again();
            instances.clear();
            for (Class<?> program : programs) {
                instances.add(instance(program, arrays));
            }
        }
        memory = arrays;
        GridScheduler grids = new GridScheduler();
        List<TaskGraph> graphs = rooms(together, grids);
        for (GeneratedProgram instance : instances) {
            inputs.put(instance.name(), inputs(instance, graphs, grids));
        }
        rooms = graphs.size();
        for (GeneratedProgram instance : instances) {
            List<Stage> stages = instance.stages(grids);
            this.programs.put(instance.name(), stages);
            stages.forEach(stage -> graphs.add(stage.graph()));
        }
        graphs.forEach(graph -> places.put(graph, places.size()));
        plan = new TornadoExecutionPlan(graphs.stream().map(TaskGraph::snapshot).toArray(ImmutableTaskGraph[]::new));
        if (!device.isEmpty()) {
            String[] numbers = device.split(":", 2);
            plan.withDevice(TornadoExecutionPlan.getDevice(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1])));
        }
        plan.withGridScheduler(grids);
        if (recording) {
            record();
        }
    }

    private void record() {
        for (List<TaskGraph> graphs : inputs.values()) {
            graphs.forEach(graph -> plan.withGraph(places.get(graph)).withCUDAGraph());
        }
        for (List<Stage> stages : programs.values()) {
            stages.stream()
                    .filter(Stage::recordable)
                    .forEach(stage -> plan.withGraph(places.get(stage.graph())).withCUDAGraph());
        }
    }

    private static GeneratedProgram instance(Class<?> program, Memory memory) {
        try {
            return (GeneratedProgram) program.getConstructor(Memory.class).newInstance(memory);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("program " + program.getName() + " cannot be made", e);
        }
    }

    /** Graphs for each list of arrays that are uploaded together, and for the arrays that never are. */
    private List<TaskGraph> rooms(List<List<String>> wanted, GridScheduler grids) {
        Set<String> rest = new LinkedHashSet<>(memory.names());
        List<String> empty = new ArrayList<>(rest);
        empty.removeIf(name -> !memory.beginsOnDevice(name));
        rest.removeIf(name -> memory.beginsOnDevice(name) || memory.isInput(name));
        for (List<String> names : wanted) {
            List<String> known = new ArrayList<>(names);
            known.retainAll(rest);
            rest.removeAll(known);
            together.addAll(Rooms.divided(known));
        }
        together.addAll(Rooms.divided(List.copyOf(rest)));
        Rooms making = new Rooms(memory.resident(), grids);
        List<TaskGraph> graphs = new ArrayList<>();
        for (List<String> names : together) {
            graphs.add(making.filled(ROOMS + graphs.size(), arrays(names)));
        }
        for (List<String> names : Rooms.divided(empty)) {
            graphs.add(making.empty(ROOMS + graphs.size(), arrays(names)));
        }
        return graphs;
    }

    /** Graphs for a program's inputs, which are added to the others. */
    private List<TaskGraph> inputs(GeneratedProgram program, List<TaskGraph> graphs, GridScheduler grids) {
        Rooms making = new Rooms(memory.resident(), grids);
        List<TaskGraph> own = new ArrayList<>();
        for (List<Object> arrays : Rooms.divided(program.inputs())) {
            own.add(making.filled(ROOMS + (graphs.size() + own.size()), arrays));
        }
        graphs.addAll(own);
        return own;
    }

    private List<Object> arrays(Collection<String> names) {
        return names.stream().map(memory::array).toList();
    }

    /** The arrays, to be filled before the first run and before an upload. */
    public Memory memory() {
        return memory;
    }

    /** Names of the programs, in the order in which they were given. */
    public List<String> programs() {
        return List.copyOf(programs.keySet());
    }

    @Override
    public void run(String program) {
        begin();
        bring(program);
        for (Stage stage : programs.get(program)) {
            int place = places.get(stage.graph());
            for (int run = 0; run < stage.runs(); run++) {
                stage.iteration().set(0, run);
                execute(place);
            }
        }
    }

    /** Copies a program's inputs to the device. */
    private void bring(String program) {
        inputs.get(program).forEach(graph -> execute(places.get(graph)));
    }

    private void execute(int place) {
        last = plan.withGraph(place).execute();
    }

    /** Gives every resident array its room, with what the host's memory holds now. */
    private void begin() {
        if (last == null) {
            for (int room = 0; room < rooms; room++) {
                execute(room);
            }
        }
    }

    @Override
    public List<String> profile(String program) {
        if (recording) {
            throw new IllegalStateException("what is recorded cannot be profiled");
        }
        begin();
        bring(program);
        List<String> texts = new ArrayList<>();
        plan.withProfiler(ProfilerMode.SILENT);
        for (Stage stage : programs.get(program)) {
            int place = places.get(stage.graph());
            for (int run = 0; run < stage.runs(); run++) {
                stage.iteration().set(0, run);
                execute(place);
                texts.add(last.getProfilerResult().getProfileLog());
            }
        }
        plan.withoutProfiler();
        return texts;
    }

    @Override
    public void upload(Collection<String> arrays) {
        if (last == null) {
            begin();
            return;
        }
        for (int room = 0; room < together.size(); room++) {
            if (together.get(room).stream().anyMatch(arrays::contains)) {
                execute(room);
            }
        }
    }

    @Override
    public List<List<String>> together() {
        return List.copyOf(together);
    }

    /** Any graph knows all resident arrays, the one that ran last also where they are. */
    @Override
    public void fetch(Collection<String> arrays) {
        begin();
        last.transferToHost(arrays(arrays).toArray());
    }

    @Override
    public List<String> stages(String program) {
        return programs.get(program).stream()
                .map(stage -> stage.graph().getTaskGraphName() + " x " + stage.runs())
                .toList();
    }

    @Override
    public void close() {
        try {
            plan.close();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
    }
}
