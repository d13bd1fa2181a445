package dev.quipu.runtime.tornado;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;

/**
 * What CUDA's driver says of a GPU's memory. TornadoVM knows how much there is, and not how much of it other programs have left.
 */
final class CudaMemory {
    private static final String LIBRARY = "libcuda.so.1";

    private CudaMemory() {}

    /**
     * Bytes that no program has; empty where there is no driver, or this thread is not at work on the device.
     *
     * @param bytes of the device's memory
     */
    static OptionalLong free(long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment function = SymbolLookup.libraryLookup(LIBRARY, arena)
                    .find("cuMemGetInfo_v2")
                    .orElse(MemorySegment.NULL);
            if (function.equals(MemorySegment.NULL)) {
                return OptionalLong.empty();
            }
            MethodHandle ask = Linker.nativeLinker()
                    .downcallHandle(
                            function,
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment all = arena.allocate(ValueLayout.JAVA_LONG);
            int failure = (int) ask.invokeExact(free, all);
            boolean known = failure == 0 && all.get(ValueLayout.JAVA_LONG, 0) == bytes;
            return known ? OptionalLong.of(free.get(ValueLayout.JAVA_LONG, 0)) : OptionalLong.empty();
        } catch (IllegalArgumentException noLibrary) {
            return OptionalLong.empty();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
