package dev.quipu.codegen.launch;

import dev.quipu.dsl.DType;

/**
 * One buffer of a launch.
 *
 * @param elements how many elements the kernel may touch
 * @param use what the kernel does with it
 */
public record Buffer(DType dtype, long elements, Use use) {
    /** What a kernel does with a buffer. */
    public enum Use {
        READ,
        WRITE,
        /** Writes, and what was there before matters: a sum into state, an update in place, some rows of a cache. */
        UPDATE
    }
}
