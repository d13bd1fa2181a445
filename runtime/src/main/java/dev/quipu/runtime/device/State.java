package dev.quipu.runtime.device;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Named buffers that outlive a run: weights, gradients, moments, caches. Programs that are loaded with the same state see
 * each other's effects on it.
 *
 * <p>Equal buffers of repeated layers ({@code layers.0.norm.weight}, {@code layers.1.norm.weight}, ...) that are allocated
 * together lie one behind the other, at equal strides.
 */
public final class State implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Map<String, Type> types = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private long bytes;

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
        long elements = run.type().shape().elements();
        long stride = Buffer.allocatedBytes(run.type().dtype(), elements);
        long all = Math.multiplyExact(stride, (long) run.names().size());
        Buffer memory = Buffer.allocate(
                arena, run.type().dtype(), all / run.type().dtype().bytes());
        bytes += memory.segment().byteSize();
        long offset = 0;
        for (String name : run.names()) {
            types.put(name, run.type());
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
     * Allocates parameters and gives them their first values, which depend on the seed, the name and the shape alone.
     *
     * @param parameters by name
     */
    public void initialise(Map<String, Parameter> parameters, long seed) {
        Map<String, Type> wanted = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> wanted.put(name, new Type(DType.F32, parameter.shape())));
        allocate(wanted);
        parameters.forEach((name, parameter) -> InitialValues.fill(get(name), parameter.initial(), seed, name));
    }

    /**
     * The buffer of a name.
     *
     * @throws QuipuException if there is none
     */
    public Buffer get(String name) {
        Buffer buffer = buffers.get(name);
        if (buffer == null) {
            throw NearestNames.unknown("the name of a state", name, buffers.keySet());
        }
        return buffer;
    }

    /** The type of a name's buffer. */
    public Type type(String name) {
        get(name);
        return types.get(name);
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
        arena.close();
    }
}
