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

    /** A constant that is computed once when the program is loaded. */
    record Table(RopeTable angles) implements Place {}
}
