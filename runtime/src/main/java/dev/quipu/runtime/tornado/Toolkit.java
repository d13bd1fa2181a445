package dev.quipu.runtime.tornado;

import dev.quipu.codegen.gpu.GpuTarget;
import dev.quipu.codegen.tornado.Products;
import dev.quipu.codegen.tornado.TornadoProgram;
import dev.quipu.tornado.Computation;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** What printed programs are compiled against, and what runs them. */
interface Toolkit {
    /** Who computes matrix products. */
    default Products products() {
        return Products.GENERATED;
    }

    /** What kernels may use. */
    default GpuTarget target() {
        return GpuTarget.ANY;
    }

    /** Compiles a program and loads it: the class that builds its task graphs. */
    Class<?> load(TornadoProgram program);

    /**
     * Programs over shared arrays.
     *
     * @param programs loaded here
     * @param provided host memory of arrays, by name: a header of 16 bytes and the elements
     * @param together names of arrays that are copied to the device together
     * @param measured whether tasks will be timed one by one, for which the driver must be asked for each; else it may record
     *     and replay them
     */
    Computation start(
            List<Class<?>> programs,
            Map<String, MemorySegment> provided,
            List<List<String>> together,
            boolean measured);

    /**
     * Checks that arrays fit on the device.
     *
     * @param arrays bytes by name
     * @param others bytes that other states have there
     * @throws dev.quipu.dsl.QuipuException if not
     */
    void requireRoom(Map<String, Long> arrays, long others);

    /**
     * The user's mistake, or lack of means, behind a failure; the failure itself where it is ours.
     *
     * @param bytes that the programs want on the device
     */
    RuntimeException explain(RuntimeException failure, long bytes);
}
