package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.KernelType;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.BufferNames;
import dev.quipu.codegen.launch.Step;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;

/** A launch's buffers as a GPU's kernel sees them: elements are read and written by their number in the buffer. */
final class Memories {
    /** An int numbers a buffer's elements, and the last group's work-items past them. */
    static final long MOST_ELEMENTS = Integer.MAX_VALUE - GpuKernel.MOST_ITEMS;

    private final List<GpuKernel.Memory> all;

    private Memories(List<GpuKernel.Memory> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Buffers named after the values that steps load from them or store to them.
     *
     * @param roles of the first buffers, for those that no step names
     */
    static Memories of(List<Buffer> buffers, List<Step> steps, String... roles) {
        List<GpuKernel.Memory> all = new ArrayList<>();
        List<String> names = BufferNames.of(buffers, steps, roles);
        for (int i = 0; i < buffers.size(); i++) {
            checkSize(buffers.get(i), names.get(i));
            KernelType type = array(buffers.get(i).dtype());
            all.add(new GpuKernel.Memory(
                    new Value.Variable(names.get(i) + "_array", type),
                    new Value.Variable(names.get(i) + "_base", KernelType.INT)));
        }
        return new Memories(all);
    }

    private static void checkSize(Buffer buffer, String name) {
        if (buffer.elements() > MOST_ELEMENTS) {
            throw QuipuException.of(
                    "at most " + MOST_ELEMENTS + " elements, which is what kernels for GPUs can number",
                    Long.toString(buffer.elements()),
                    "buffer " + name,
                    "use a smaller model, batch or sequence");
        }
    }

    /** The same and, behind them, memory for floats that pass from one kernel of the launch to the next. */
    Memories withScratch(String name) {
        List<GpuKernel.Memory> more = new ArrayList<>(all);
        more.add(new GpuKernel.Memory(
                new Value.Variable(name + "_array", KernelType.FLOATS),
                new Value.Variable(name + "_base", KernelType.INT)));
        return new Memories(more);
    }

    /** The number of the last. */
    int last() {
        return all.size() - 1;
    }

    private static KernelType array(DType elements) {
        return switch (elements) {
            case F32 -> KernelType.FLOATS;
            case I32 -> KernelType.INTS;
            case BF16 -> KernelType.BFLOATS;
            case INT8 -> throw new AssertionError("no GPU's memory: " + elements);
        };
    }

    List<GpuKernel.Memory> all() {
        return all;
    }

    /** An emitter that gives the memories' names to nothing else. */
    Emitter emitter() {
        Emitter emitter = new Emitter();
        for (GpuKernel.Memory memory : all) {
            emitter.reserve(memory.array().name());
            emitter.reserve(memory.base().name());
        }
        return emitter;
    }

    /** The element of a number, INT, as what it is: FLOAT or INT. */
    Value load(int buffer, Value index) {
        GpuKernel.Memory memory = all.get(buffer);
        KernelType type = isInteger(buffer) ? KernelType.INT : KernelType.FLOAT;
        return new Value.Load(type, memory.array(), address(buffer, index));
    }

    boolean isInteger(int buffer) {
        return all.get(buffer).array().type().equals(KernelType.INTS);
    }

    /** Writes the element of a number. */
    Statement store(int buffer, Value index, Value value) {
        return new Statement.Store(all.get(buffer).array(), address(buffer, index), value);
    }

    /** Writes sums of matrices from the element of a number on. */
    Statement storeMatrix(int buffer, Value index, int stride, Value sums) {
        return new Statement.StoreMatrix(all.get(buffer).array(), address(buffer, index), stride, sums);
    }

    private Value address(int buffer, Value index) {
        return Emitter.plus(all.get(buffer).base(), index);
    }
}
