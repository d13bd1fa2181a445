package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.quipu.codegen.jvm.JvmProduct;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A product of one shape on one worker: oneDNN's code, and memory objects that are pointed at each call's matrices. */
final class OneDnnProduct implements JvmProduct {
    // DNNL_ARG_ of dnnl_types.h
    private static final int LEFT = 1;
    private static final int PRODUCT = 17;
    private static final int RIGHT = 33;
    private static final int SCRATCHPAD = 80;

    private static final int[] ARGUMENTS = {LEFT, RIGHT, PRODUCT, SCRATCHPAD};

    private final OneDnnWorker worker;
    private final long code;
    private final long left;
    private final long right;
    private final long product;
    private final long scratchpad;
    private final long arguments;

    OneDnnProduct(OneDnnWorker worker, Primitive primitive, Arena arena) {
        this.worker = worker;
        code = primitive.code().address();
        MemorySegment[] memories = {
            memory(primitive.left(), arena),
            memory(primitive.right(), arena),
            memory(primitive.product(), arena),
            memory(primitive.scratchpad(), arena)
        };
        left = memories[0].address();
        right = memories[1].address();
        product = memories[2].address();
        scratchpad = memories[3].address();
        arguments = arguments(memories, arena).address();
        worker.reserve(primitive.scratchpadBytes());
    }

    /** Of no data yet. */
    private MemorySegment memory(MemorySegment matrix, Arena arena) {
        return worker.functions()
                .kept(arena, "dnnl_memory_destroy", "dnnl_memory_create", matrix, worker.engine(), MemorySegment.NULL);
    }

    /** {@code dnnl_exec_arg_t}s: an int and, aligned, an address. */
    private static MemorySegment arguments(MemorySegment[] memories, Arena arena) {
        long bytes = 2 * ADDRESS.byteSize();
        MemorySegment arguments = arena.allocate(memories.length * bytes, ADDRESS.byteAlignment());
        for (int i = 0; i < memories.length; i++) {
            arguments.set(JAVA_INT, i * bytes, ARGUMENTS[i]);
            arguments.set(ADDRESS, i * bytes + ADDRESS.byteSize(), memories[i]);
        }
        return arguments;
    }

    @Override
    public void multiply(
            MemorySegment from, long leftAt, MemorySegment with, long rightAt, MemorySegment to, long productAt) {
        worker.keepToOneThread();
        worker.setData(left, from.address() + leftAt * Short.BYTES);
        worker.setData(right, with.address() + rightAt * Short.BYTES);
        worker.setData(product, to.address() + productAt * Float.BYTES);
        worker.setData(scratchpad, worker.scratchpad());
        worker.execute(code, ARGUMENTS.length, arguments);
    }
}
