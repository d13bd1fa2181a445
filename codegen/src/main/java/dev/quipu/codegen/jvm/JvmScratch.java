package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.ProductShape;
import java.lang.foreign.MemorySegment;

/**
 * Scratch memory, and products that need some, as a generated kernel asks for them in its constructor. Launches run one after
 * the other, so all kernels may be given the same memory.
 */
public interface JvmScratch {
    /** One segment for all workers; {@code index} counts the kernel's shared segments. */
    MemorySegment shared(int index, long elements);

    /** A segment for each worker; {@code index} counts the kernel's own segments. */
    MemorySegment[] segments(int index, long elements);

    /** An array for each worker; {@code index} counts the kernel's arrays. */
    float[][] arrays(int index, long elements);

    /** A product of a shape for each worker. */
    JvmProduct[] products(ProductShape shape);
}
