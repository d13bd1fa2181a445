package dev.quipu.compiler.memory;

import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.RopeTable;

/** The memory of a tensor at run time. */
public sealed interface Place {
    /** A stretch of the program's arena, in bytes. */
    record Arena(long offset, long bytes) implements Place {}

    /** A named buffer that outlives the run. */
    record State(String name, Type type) implements Place {}

    /** A buffer that the caller fills before the run. */
    record Input(String name, Type type) implements Place {}

    /** A buffer that the caller reads after the run. */
    record Result(String name, Type type) implements Place {}

    /**
     * A part of another place. Kernels may read behind it up to the end of the whole, but write nothing there.
     *
     * @param whole no part itself
     * @param offset in bytes from the beginning of the whole
     * @param bytes of the part's elements
     */
    record Part(Place whole, long offset, long bytes) implements Place {
        public Part {
            if (whole instanceof Part) {
                throw new AssertionError("a part of a part: " + whole);
            }
        }
    }

    /** A constant that is computed once when the program is loaded. */
    record Table(RopeTable angles) implements Place {}
}
