package dev.quipu.runtime.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What one of our threads works with: products of a worker share its memory, since they run one after the other. Addresses are
 * longs here, so that a call makes no object.
 */
final class OneDnnWorker {
    private static final int STREAM_IN_ORDER = 1;
    private static final int ALIGNMENT = 64;

    private final Functions functions;
    private final Arena arena;
    private final MemorySegment engine;
    private final long stream;
    private final MethodHandle threads;
    private final MethodHandle execute;
    private final MethodHandle setData;
    private MemorySegment scratchpad = MemorySegment.NULL;
    private MemorySegment turned = MemorySegment.NULL;

    /** @param engine the processor, as all workers of a primitive have it */
    OneDnnWorker(Functions functions, MemorySegment engine, Arena arena) {
        this.functions = functions;
        this.engine = engine;
        this.arena = arena;
        stream = functions
                .kept(arena, "dnnl_stream_destroy", "dnnl_stream_create", engine, STREAM_IN_ORDER)
                .address();
        threads = functions
                .procedure(OneDnn.SET_THREADS, JAVA_INT)
                .orElseGet(() -> MethodHandles.empty(MethodType.methodType(void.class, int.class)));
        execute = functions.function("dnnl_primitive_execute", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
        setData = functions.function("dnnl_memory_set_data_handle", JAVA_INT, JAVA_LONG, JAVA_LONG);
    }

    Functions functions() {
        return functions;
    }

    MemorySegment engine() {
        return engine;
    }

    /** Makes room that every product may use. */
    void reserve(long bytes) {
        if (scratchpad.byteSize() < bytes) {
            scratchpad = arena.allocate(bytes, ALIGNMENT);
        }
    }

    /** Makes room for turned matrices. */
    void reserveTurned(long bytes) {
        if (turned.byteSize() < bytes) {
            turned = arena.allocate(bytes, ALIGNMENT);
        }
    }

    /** The room of {@link #reserveTurned}. */
    MemorySegment turned() {
        return turned;
    }

    /** The room that is reserved. */
    long scratchpad() {
        return scratchpad.address();
    }

    /**
     * Keeps the library from threads of its own. OpenMP counts threads for each that asks, and a launch's own thread may be
     * any, so this is called before every product; also when code is made, which counts them for its blocks.
     */
    void keepToOneThread() {
        try {
            threads.invokeExact(1);
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Points a memory object at data. */
    void setData(long memory, long address) {
        try {
            Functions.check((int) setData.invokeExact(memory, address), "dnnl_memory_set_data_handle");
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** Runs a primitive's code to its end. */
    void execute(long code, int count, long arguments) {
        try {
            Functions.check((int) execute.invokeExact(code, stream, count, arguments), "dnnl_primitive_execute");
        } catch (Throwable thrown) {
            throw unexpected(thrown);
        }
    }

    /** A native call throws nothing. */
    private static AssertionError unexpected(Throwable thrown) {
        return thrown instanceof AssertionError error ? error : new AssertionError(thrown);
    }
}
