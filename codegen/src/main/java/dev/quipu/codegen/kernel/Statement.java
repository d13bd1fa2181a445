package dev.quipu.codegen.kernel;

import java.util.List;

/** A statement of the kernel language. */
public sealed interface Statement {
    /** A new variable with its first value. */
    record Declare(Value.Variable variable, Value value) implements Statement {}

    /** Another value for a variable. */
    record Assign(Value.Variable variable, Value value) implements Statement {}

    /**
     * Writes memory.
     *
     * @param address as in {@link Value.Load}
     * @param active how many lanes are written
     */
    record Store(Value memory, Value address, Value value, int active) implements Statement {
        public Store(Value memory, Value address, Value value) {
            this(memory, address, value, value.type().lanes());
        }
    }

    /** {@code for (int variable = from; variable < to; variable += step)}. */
    record For(Value.Variable variable, Value from, Value to, int step, List<Statement> body) implements Statement {
        public For {
            body = List.copyOf(body);
        }
    }

    /** A choice; {@code otherwise} may be empty. */
    record If(Value condition, List<Statement> then, List<Statement> otherwise) implements Statement {
        public If {
            then = List.copyOf(then);
            otherwise = List.copyOf(otherwise);
        }
    }

    /** Calls a method of the same kernel. */
    record Call(String method, List<Value> arguments) implements Statement {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** A line for the reader. */
    record Comment(String text) implements Statement {}

    /**
     * Writes the 16 rows of 8 numbers of SUMS to a GPU's memory; the work-items of a warp do it together, as in
     * {@link Value.Matrix}.
     *
     * @param memory FLOATS
     * @param address INT: element of the first row's first number
     * @param stride elements from one row to the next
     */
    record StoreMatrix(Value memory, Value address, int stride, Value sums) implements Statement {}

    /**
     * An ARRAY or WORDS on a GPU. It holds nothing that may be read before it is written.
     *
     * @param elements floats or INTs
     */
    record Allocate(Value.Variable array, Sharing sharing, int elements) implements Statement {}

    /** Whose an array is. */
    enum Sharing {
        /** One for all work-items of a group, in the group's local memory. */
        GROUP,
        /** One for each work-item; in registers where all addresses are constants once loops are unrolled. */
        ITEM
    }

    /** All work-items of a group wait for each other; what they wrote before it the others may read behind it. GPUs only. */
    record Barrier() implements Statement {}
}
