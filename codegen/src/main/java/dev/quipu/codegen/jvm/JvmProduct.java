package dev.quipu.codegen.jvm;

import java.lang.foreign.MemorySegment;

/** A product of bf16 matrices of one {@link dev.quipu.codegen.kernel.ProductShape}, on one worker; a library has it. */
public interface JvmProduct {
    /**
     * Writes a product. The bits it gives follow from the shape and the factors alone.
     *
     * @param leftAt the first element's place, in elements of two bytes, as {@code rightAt}
     * @param productAt as {@code leftAt}, in elements of four bytes
     */
    void multiply(
            MemorySegment left, long leftAt, MemorySegment right, long rightAt, MemorySegment product, long productAt);
}
