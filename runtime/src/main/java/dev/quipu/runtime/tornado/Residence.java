package dev.quipu.runtime.tornado;

import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.device.StateArray;
import dev.quipu.tornado.Computation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * A state on a device, with the programs that are loaded over it. Its arrays stay on the device from run to run; they
 * are copied back when somebody looks at them, and copied there again when somebody has changed them.
 */
final class Residence implements State.Mirror {
    private final Toolkit toolkit;
    private final State state;
    private final LongSupplier elsewhere;
    private final List<TornadoExecutable> programs = new ArrayList<>();
    private final Set<String> newerOnDevice = new HashSet<>();
    private final Set<String> newerOnHost = new HashSet<>();
    private Optional<Computation> computation = Optional.empty();
    private final List<Arena> abandoned = new ArrayList<>();
    private boolean measured;
    private boolean closed;

    /**
     * @param elsewhere bytes that all states of the device have there
     */
    Residence(Toolkit toolkit, State state, LongSupplier elsewhere) {
        this.toolkit = toolkit;
        this.elsewhere = elsewhere;
        this.state = state;
        state.attach(this);
    }

    boolean isOf(State other) {
        return state == other;
    }

    /** Whether the state is gone. */
    synchronized boolean isClosed() {
        return closed;
    }

    /** All programs run in one plan, so another one begins a new plan. */
    synchronized void add(TornadoExecutable program) {
        settle();
        programs.add(program);
    }

    /** Forgets a program. Its memory stays as long as the plan that knows it. */
    synchronized void remove(TornadoExecutable program, Arena memory) {
        programs.remove(program);
        if (computation.isPresent()) {
            abandoned.add(memory);
        } else {
            memory.close();
        }
    }

    synchronized void run(TornadoExecutable program) {
        compute(program, false, running -> {
            running.run(program.name());
            return List.of();
        });
    }

    /** See {@link Computation#profile}. */
    synchronized List<String> profile(TornadoExecutable program) {
        return compute(program, true, running -> running.profile(program.name()));
    }

    private List<String> compute(
            TornadoExecutable program, boolean measures, Function<Computation, List<String>> work) {
        if (measures != measured) {
            settle();
            measured = measures;
        }
        try {
            List<String> told = work.apply(prepared());
            newerOnDevice.addAll(program.written());
            return told;
        } catch (RuntimeException e) {
            throw toolkit.explain(e, sum());
        }
    }

    /** Bytes that the device has of it now. */
    long taken() {
        return computation.isPresent() ? sum() : 0;
    }

    private long sum() {
        return bytes().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes of everything that the programs keep on the device, by array. */
    private Map<String, Long> bytes() {
        Map<String, Long> arrays = new HashMap<>();
        programs.forEach(
                program -> program.arrayBytes().forEach((name, bytes) -> arrays.merge(name, bytes, Math::max)));
        return arrays;
    }

    private Computation prepared() {
        if (computation.isEmpty()) {
            toolkit.requireRoom(bytes(), elsewhere.getAsLong());
            Map<String, MemorySegment> provided = new HashMap<>();
            for (StateArray array : state.arrays()) {
                provided.put(array.name(), array.memory().withHeader());
            }
            for (TornadoExecutable program : programs) {
                program.memories().forEach((name, buffer) -> provided.put(name, buffer.withHeader()));
            }
            List<Class<?>> classes = new ArrayList<>();
            programs.forEach(program -> classes.add(program.type()));
            computation = Optional.of(toolkit.start(classes, provided, together(), measured));
            newerOnHost.clear();
        }
        upload(computation.get());
        return computation.get();
    }

    /** Weights with weights, gradients with gradients: by what stands in front of a parameter's name. */
    private List<List<String>> together() {
        Map<String, List<String>> roles = new TreeMap<>();
        for (StateArray array : state.arrays()) {
            roles.computeIfAbsent(role(array.name()), key -> new ArrayList<>()).add(array.name());
        }
        return List.copyOf(roles.values());
    }

    private String role(String array) {
        for (int dot = array.indexOf('.'); dot > 0; dot = array.indexOf('.', dot + 1)) {
            String rest = array.substring(dot + 1);
            if (state.arrays().stream().anyMatch(other -> other.name().equals(rest))) {
                return array.substring(0, dot);
            }
        }
        return "";
    }

    /** What shares a graph with a changed array is copied with it, so that must be the newest, too. */
    private void upload(Computation running) {
        if (newerOnHost.isEmpty()) {
            return;
        }
        List<String> alongside = running.together().stream()
                .filter(names -> names.stream().anyMatch(newerOnHost::contains))
                .flatMap(List::stream)
                .filter(newerOnDevice::contains)
                .toList();
        fetch(running, alongside);
        running.upload(newerOnHost);
        newerOnHost.clear();
    }

    private void fetch(Computation running, List<String> arrays) {
        if (!arrays.isEmpty()) {
            running.fetch(arrays);
            arrays.forEach(newerOnDevice::remove);
        }
    }

    @Override
    public synchronized void beforeRead(StateArray array) {
        if (newerOnDevice.contains(array.name())) {
            fetch(computation.orElseThrow(), List.of(array.name()));
        }
    }

    @Override
    public synchronized void beforeWrite(StateArray array) {
        beforeRead(array);
        newerOnHost.add(array.name());
    }

    /** Brings home what is newer on the device, and gives the device's memory back. */
    synchronized void settle() {
        if (computation.isPresent()) {
            fetch(computation.get(), List.copyOf(newerOnDevice));
            end();
        }
    }

    private void end() {
        computation.ifPresent(Computation::close);
        computation = Optional.empty();
        abandoned.forEach(Arena::close);
        abandoned.clear();
    }

    /** The state is gone, and with it the reason to bring anything home. */
    @Override
    public synchronized void closed() {
        closed = true;
        end();
        newerOnDevice.clear();
    }

    /** The device ends; the state may live on. */
    synchronized void close() {
        settle();
        state.detach();
    }

    /** A result that is state, as it is now. */
    Buffer read(String name) {
        return state.read(name);
    }
}
