package dev.quipu.runtime.tornado;

import dev.quipu.codegen.tornado.DeviceArray;
import dev.quipu.codegen.tornado.StateLayout;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.WriteState;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.AngleTables;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.IndexBounds;
import dev.quipu.runtime.device.LaunchInfo;
import dev.quipu.runtime.device.LaunchInfos;
import dev.quipu.runtime.device.LaunchTime;
import dev.quipu.runtime.device.ProgramBuffers;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.device.StateArray;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A program of a device that runs what is printed for TornadoVM. */
final class TornadoExecutable implements Executable {
    private final Arena arena = Arena.ofShared();
    private final Residence residence;
    private final TornadoProgram program;
    private final Class<?> type;
    private final ProgramBuffers buffers;
    private final IndexBounds bounds;
    private final Set<String> written;
    private final Map<String, Buffer> memories = new LinkedHashMap<>();
    private final Map<String, String> stateOfResult = new HashMap<>();
    private final List<LaunchInfo> launches;

    /**
     * @param name that no other program over the state has
     */
    TornadoExecutable(
            String name, Scheduled scheduled, State state, Residence residence, Toolkit toolkit, AngleTables tables) {
        this.residence = residence;
        buffers = new ProgramBuffers(scheduled, state, arena, tables::of);
        bounds = new IndexBounds(scheduled.graph(), buffers);
        program = TornadoProgram.of(name, scheduled, layout(state), toolkit.products(), toolkit.target());
        type = toolkit.load(program);
        written = written(scheduled, state);
        for (DeviceArray array : program.arrays()) {
            memory(array, tables).ifPresent(buffer -> memories.put(array.name(), buffer));
        }
        for (Map.Entry<String, Tensor> result : scheduled.graph().results().entrySet()) {
            if (scheduled.place(result.getValue()) instanceof Place.State place) {
                stateOfResult.put(result.getKey(), place.name());
            }
        }
        launches = LaunchInfos.of(program.launches());
    }

    private static StateLayout layout(State state) {
        return name -> {
            StateArray array = state.array(name);
            return new StateLayout.Part(array.name(), array.memory().length(), array.offset(name));
        };
    }

    private static Set<String> written(Scheduled scheduled, State state) {
        Set<String> names = new HashSet<>();
        for (Node node : scheduled.graph().nodes()) {
            switch (node.op()) {
                case WriteState write -> names.add(state.array(write.state()).name());
                case AccumulateState add -> names.add(state.array(add.state()).name());
                case CacheWrite write -> names.add(state.array(write.state()).name());
                default -> {}
            }
        }
        return names;
    }

    /** The host memory of an array, other than state; none for what the device alone uses. */
    private Optional<Buffer> memory(DeviceArray array, AngleTables tables) {
        return switch (array.content()) {
            case DeviceArray.Content.Passing passing -> Optional.empty();
            case DeviceArray.Content.State state -> Optional.empty();
            case DeviceArray.Content.Input input -> Optional.of(buffers.input(input.name()));
            case DeviceArray.Content.Result result -> Optional.of(buffers.stored(result.name()));
            case DeviceArray.Content.Table table -> Optional.of(tables.of(table.angles()));
            case DeviceArray.Content.Numbers numbers -> {
                Buffer buffer =
                        Buffer.allocate(arena, DType.I32, numbers.values().size());
                buffer.setInts(
                        0, numbers.values().stream().mapToInt(Integer::intValue).toArray());
                yield Optional.of(buffer);
            }
        };
    }

    String name() {
        return program.name();
    }

    TornadoProgram program() {
        return program;
    }

    /** The class that builds the program's task graphs. */
    Class<?> type() {
        return type;
    }

    /** Arrays of state that a run may change. */
    Set<String> written() {
        return written;
    }

    /** Host memory of arrays other than state. */
    Map<String, Buffer> memories() {
        return memories;
    }

    /** Bytes of all arrays. */
    Map<String, Long> arrayBytes() {
        Map<String, Long> bytes = new HashMap<>();
        program.arrays()
                .forEach(array ->
                        bytes.put(array.name(), array.elements() * array.dtype().bytes()));
        return bytes;
    }

    @Override
    public Buffer input(String name) {
        return buffers.input(name);
    }

    @Override
    public Buffer result(String name) {
        Buffer buffer = buffers.result(name);
        String state = stateOfResult.get(name);
        return state == null ? buffer : residence.read(state);
    }

    @Override
    public void run() {
        bounds.check();
        residence.run(this);
    }

    @Override
    public long arenaBytes() {
        return program.scheduled().memory().bytes();
    }

    /** Partial sums, which pass from one kernel of a launch to the next. */
    @Override
    public long scratchBytes() {
        return program.arrays().stream()
                        .filter(array -> array.content() instanceof DeviceArray.Content.Passing)
                        .mapToLong(array -> array.elements() * array.dtype().bytes())
                        .sum()
                - arenaBytes();
    }

    @Override
    public List<LaunchInfo> launches() {
        return launches;
    }

    @Override
    public List<LaunchTime> profile(int runs) {
        bounds.check();
        TaskTimes times = new TaskTimes(program, launches, runs);
        for (int run = 0; run < runs; run++) {
            times.add(run, residence.profile(this));
        }
        return times.medians();
    }

    @Override
    public void close() {
        residence.remove(this, arena);
    }
}
