package dev.quipu.tornado;

import dev.quipu.runtime.emulator.api.WorkerGrid;
import dev.quipu.runtime.emulator.api.WorkerGrid1D;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import dev.quipu.runtime.emulator.api.types.arrays.FloatArray;
import dev.quipu.runtime.emulator.api.types.arrays.IntArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arrays of the programs of a session, by name. Programs that ask for the same name share an array.
 *
 * <p>Resident arrays stay on the device from the first run to the last. Inputs are resident, too: the host fills them before
 * a run, which begins with copying them to the device. Numbers belong to one graph.
 */
public final class Memory {
    /** Bytes in front of an array's elements, where TornadoVM keeps what it wants to know. */
    public static final int HEADER = 16;

    private final Map<String, MemorySegment> provided;
    private final Map<String, Integer> lengths;
    private final Map<String, Object> resident = new LinkedHashMap<>();
    private final Set<String> beginningOnDevice = new HashSet<>();
    private final Set<String> inputs = new HashSet<>();
    private final Map<String, IntArray> numbers = new HashMap<>();
    private boolean outgrown;

    /** Arrays in memory of their own. */
    public Memory() {
        this(Map.of());
    }

    /**
     * Arrays in memory that is given.
     *
     * @param provided by the array's name: {@value #HEADER} bytes and then the elements; what is missing gets memory of
     *     its own
     */
    public Memory(Map<String, MemorySegment> provided) {
        this(provided, new HashMap<>());
    }

    private Memory(Map<String, MemorySegment> provided, Map<String, Integer> lengths) {
        this.provided = provided;
        this.lengths = lengths;
    }

    /** A resident array whose contents come from the host: state, tables. */
    public FloatArray floats(String name, int elements) {
        return (FloatArray) resident.computeIfAbsent(name, absent -> newFloats(name, elements));
    }

    /** A resident array of integers whose contents come from the host. */
    public IntArray integers(String name, int elements) {
        return (IntArray) resident.computeIfAbsent(name, absent -> newIntegers(name, elements));
    }

    /**
     * A resident array whose contents a program computes: intermediate values, results. It is as long as the longest
     * that is asked for.
     */
    public FloatArray deviceFloats(String name, int elements) {
        int most = longest(name, elements);
        return (FloatArray) resident.computeIfAbsent(name, absent -> newFloats(name, most));
    }

    /** A resident array of integers whose contents a program computes. */
    public IntArray deviceIntegers(String name, int elements) {
        int most = longest(name, elements);
        return (IntArray) resident.computeIfAbsent(name, absent -> newIntegers(name, most));
    }

    /** A resident array of bf16 whose contents a program computes. */
    public BFloat16Array deviceBfloats(String name, int elements) {
        int most = longest(name, elements);
        return (BFloat16Array) resident.computeIfAbsent(name, absent -> newBfloats(name, most));
    }

    /** An input: filled on the host before a run. */
    public FloatArray inputFloats(String name, int elements) {
        inputs.add(name);
        return floats(name, elements);
    }

    /** An input of integers. */
    public IntArray inputIntegers(String name, int elements) {
        inputs.add(name);
        return integers(name, elements);
    }

    /** Numbers that never change, for a graph that copies them to the device when it first runs. */
    public IntArray numbers(String name, int elements) {
        return numbers.computeIfAbsent(name, absent -> newIntegers(name, elements));
    }

    private int longest(String name, int elements) {
        beginningOnDevice.add(name);
        Integer known = lengths.get(name);
        int most = lengths.merge(name, elements, Math::max);
        outgrown |= known != null && known < elements;
        return most;
    }

    private FloatArray newFloats(String name, int elements) {
        return FloatArray.fromSegmentShallow(segment(name, (long) elements * Float.BYTES));
    }

    private BFloat16Array newBfloats(String name, int elements) {
        return BFloat16Array.fromSegmentShallow(segment(name, (long) elements * Short.BYTES));
    }

    private IntArray newIntegers(String name, int elements) {
        return IntArray.fromSegmentShallow(segment(name, (long) elements * Integer.BYTES));
    }

    private MemorySegment segment(String name, long bytes) {
        MemorySegment known = provided.get(name);
        if (known == null) {
            return beginningOnDevice.contains(name)
                    ? SparseMemory.allocate(HEADER + bytes)
                    : Arena.ofAuto().allocate(HEADER + bytes, HEADER);
        }
        if (known.byteSize() < HEADER + bytes) {
            throw new IllegalArgumentException(
                    "array " + name + ": " + (HEADER + bytes) + " bytes are asked for, of " + known.byteSize());
        }
        return known.asSlice(0, HEADER + bytes);
    }

    /** All resident arrays: what every graph hands on to the next. Complete when all programs have been constructed. */
    public Object[] resident() {
        return resident.values().toArray();
    }

    /** Names of all resident arrays, in the order of {@link #resident}. */
    List<String> names() {
        return List.copyOf(resident.keySet());
    }

    /** An array; null if no program asked for it. */
    public Object array(String name) {
        Object array = resident.get(name);
        return array == null ? numbers.get(name) : array;
    }

    /** Whether the contents of a resident array never come from the host. */
    boolean beginsOnDevice(String name) {
        return beginningOnDevice.contains(name);
    }

    /** Whether the host fills an array before every run. */
    boolean isInput(String name) {
        return inputs.contains(name);
    }

    /** Whether a program asked for more of an array than one before it was given: then all must ask {@link #again}. */
    boolean isOutgrown() {
        return outgrown;
    }

    /** Arrays of the lengths that were asked for here. */
    Memory again() {
        return new Memory(provided, lengths);
    }

    /** A grid of so many work-groups of so many work-items each. */
    public static WorkerGrid grid(int groups, int items) {
        WorkerGrid1D grid = new WorkerGrid1D(Math.multiplyExact(groups, items));
        grid.setLocalWork(items, 1, 1);
        return grid;
    }
}
