package dev.quipu.codegen.gpu;

import dev.quipu.codegen.kernel.KernelTree;
import dev.quipu.codegen.kernel.Statement;
import dev.quipu.codegen.kernel.Value;
import java.util.List;

/**
 * A kernel for GPUs in the kernel language: a body that each of {@code groups * items} work-items runs. Work-groups run in any
 * order and know nothing of each other; the work-items of one share local memory and meet at barriers.
 *
 * @param comment lines for the reader: graph nodes, instances, lines of the model's source
 * @param memories the launch's buffers in the order of their numbers
 * @param groups number of work-groups, 1 or more
 * @param items work-items of a group, 1 to {@value #MOST_ITEMS}
 */
public record GpuKernel(
        String name, List<String> comment, List<Memory> memories, int groups, int items, List<Statement> body) {
    /** Work-items that a group may have on every GPU that matters. */
    public static final int MOST_ITEMS = 1024;

    /**
     * Where a buffer of the launch lies: an array, which buffers may share, and the number of its first element there, which
     * differs from launch to launch. Element i of the buffer is element {@code base + i} of the array.
     *
     * @param array FLOATS, BFLOATS or INTS
     * @param base INT, 0 or more
     */
    public record Memory(Value.Variable array, Value.Variable base) {}

    public GpuKernel {
        comment = List.copyOf(comment);
        memories = List.copyOf(memories);
        body = List.copyOf(body);
        if (groups < 1 || items < 1 || items > MOST_ITEMS) {
            throw new AssertionError(name + ": " + groups + " groups of " + items + " work-items");
        }
    }

    /** Whether it computes with matrix units, which not all GPUs have. */
    public boolean usesMatrices() {
        boolean[] found = new boolean[1];
        KernelTree.visitValues(body, value -> found[0] |= value instanceof Value.Matrix);
        return found[0];
    }

    /** The same kernel under another name and comment. */
    public GpuKernel named(String newName, List<String> newComment) {
        return new GpuKernel(newName, newComment, memories, groups, items, body);
    }

    /**
     * The same kernel with some of its memories, in that order; the body uses no others.
     *
     * @param kept numbers of memories
     */
    public GpuKernel over(List<Integer> kept) {
        return new GpuKernel(name, comment, kept.stream().map(memories::get).toList(), groups, items, body);
    }
}
