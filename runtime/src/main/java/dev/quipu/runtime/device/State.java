package dev.quipu.runtime.device;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Named buffers that outlive a run: weights, gradients, moments, caches. Programs that are loaded with the same state
 * see each other's effects on it.
 *
 * <p>Equal buffers of repeated layers ({@code layers.0.norm.weight}, {@code layers.1.norm.weight}, ...) that are
 * allocated together lie one behind the other, at equal strides.
 */
public final class State implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Map<String, Type> types = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, StateArray> arrays = new LinkedHashMap<>();
    private final Map<String, StateArray> arrayOf = new HashMap<>();
    private Optional<Mirror> mirror = Optional.empty();
    private long bytes;

    /**
     * Another memory that programs compute in, and that knows which of the two is newer. It is told before somebody
     * looks at host memory.
     */
    public interface Mirror {
        /** The array will be read in host memory. */
        void beforeRead(StateArray array);

        /** The array will be read and perhaps changed in host memory. */
        void beforeWrite(StateArray array);

        /** Host memory goes away. */
        void closed();
    }

    /**
     * Allocates the buffers that are not there yet, as zeros.
     *
     * @param wanted types by name
     * @throws QuipuException if one is there with another element type or shape, or if memory runs out
     */
    public void allocate(Map<String, Type> wanted) {
        Map<String, Type> missing = new LinkedHashMap<>();
        wanted.forEach((name, type) -> {
            if (contains(name)) {
                check(name, type);
            } else {
                missing.put(name, type);
            }
        });
        for (RepeatedNames.Run run : RepeatedNames.runs(missing)) {
            allocate(run);
        }
    }

    private void allocate(RepeatedNames.Run run) {
        long elements = run.type().storedElements();
        long stride = run.type().dtype().bytes(run.stride());
        Buffer memory = Buffer.allocate(arena, run.type().dtype(), Math.multiplyExact(run.stride(), (long)
                run.names().size()));
        bytes += memory.segment().byteSize();
        StateArray array = new StateArray(run.arrayName(arrays.keySet()), memory, run.names(), run.stride());
        arrays.put(array.name(), array);
        long offset = 0;
        for (String name : run.names()) {
            types.put(name, run.type());
            arrayOf.put(name, array);
            buffers.put(
                    name,
                    Buffer.over(run.type().dtype(), elements, memory.segment().asSlice(offset, stride)));
            offset += stride;
        }
    }

    private void check(String name, Type wanted) {
        Type present = types.get(name);
        if (present.dtype() != wanted.dtype() || !present.shape().sameSizes(wanted.shape())) {
            throw QuipuException.of(
                    wanted.toString(),
                    present.toString(),
                    "state " + name,
                    "programs that share state must be of one model");
        }
    }

    /**
     * Allocates parameters that are not there yet, as f32, and gives all of them their first values, which depend on the seed,
     * the name and the shape alone.
     *
     * @param parameters by name
     */
    public void initialise(Map<String, Parameter> parameters, long seed) {
        allocateParameters(parameters, Map.of());
        parameters.entrySet().stream()
                .filter(entry -> type(entry.getKey()).dtype() == DType.F32)
                .flatMap(entry -> InitialValues.stretches(
                        get(entry.getKey()), entry.getValue().initial(), seed, entry.getKey()))
                .toList()
                .parallelStream()
                .forEach(Runnable::run);
        parameters.entrySet().stream()
                .filter(entry -> type(entry.getKey()).dtype() != DType.F32)
                .forEach(entry -> fill(
                        entry.getKey(),
                        floats -> InitialValues.stretches(
                                        Buffer.over(
                                                DType.F32,
                                                entry.getValue().shape().elements(),
                                                floats),
                                        entry.getValue().initial(),
                                        seed,
                                        entry.getKey())
                                .forEach(Runnable::run)));
    }

    /**
     * Allocates the parameters that are not there yet.
     *
     * @param parameters by name
     * @param stored types of those that are not f32
     */
    public void allocateParameters(Map<String, Parameter> parameters, Map<String, Type> stored) {
        Map<String, Type> wanted = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            if (stored.containsKey(name) || !contains(name)) {
                wanted.put(name, stored.getOrDefault(name, new Type(DType.F32, parameter.shape())));
            }
        });
        allocate(wanted);
    }

    /**
     * Gives a buffer of numbers new values, rounded to its type.
     *
     * @param floats writes them to memory as f32, row by row
     */
    public void fill(String name, Consumer<MemorySegment> floats) {
        Narrowing.fill(type(name), get(name), floats);
    }

    /**
     * The buffer of a name, as the last program left it. Whoever writes to it does so before the next program runs.
     *
     * @throws QuipuException if there is none
     */
    public Buffer get(String name) {
        Buffer buffer = find(name);
        mirror.ifPresent(other -> other.beforeWrite(arrayOf.get(name)));
        return buffer;
    }

    /**
     * As {@link #get}, for those who only look: a device need not be told of it.
     *
     * @throws QuipuException if there is none
     */
    public Buffer read(String name) {
        Buffer buffer = find(name);
        mirror.ifPresent(other -> other.beforeRead(arrayOf.get(name)));
        return buffer;
    }

    private Buffer find(String name) {
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw NearestNames.unknown("the name of a state", name, buffers.keySet());
        }
        return buffer;
    }

    /** The type of a name's buffer. */
    public Type type(String name) {
        find(name);
        return types.get(name);
    }

    /** The memory that a name's buffer is a part of. */
    public StateArray array(String name) {
        find(name);
        return arrayOf.get(name);
    }

    /** The memories that there are, in the order of their allocation. */
    public List<StateArray> arrays() {
        return List.copyOf(arrays.values());
    }

    /**
     * Lets programs compute in another memory from now on.
     *
     * @throws AssertionError if they do so in a third one already
     */
    @SuppressWarnings("ReferenceEquality") // which memory it is, not what it is like
    public void attach(Mirror other) {
        if (mirror.isPresent() && mirror.get() != other) {
            throw new AssertionError("state that lives on two devices");
        }
        mirror = Optional.of(other);
    }

    /** Host memory is the only one again; it holds what is newest. */
    public void detach() {
        mirror = Optional.empty();
    }

    /** Whether programs compute in another memory. */
    public boolean isMirrored() {
        return mirror.isPresent();
    }

    public boolean contains(String name) {
        return buffers.containsKey(name);
    }

    /** All names, in the order of their allocation. */
    public Set<String> names() {
        return Collections.unmodifiableSet(buffers.keySet());
    }

    /** Sets buffers to zero, such as a cache before the next text. */
    public void clear(Collection<String> names) {
        names.forEach(name -> get(name).clear());
    }

    /** Bytes of native memory taken. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        mirror.ifPresent(Mirror::closed);
        arena.close();
    }
}
