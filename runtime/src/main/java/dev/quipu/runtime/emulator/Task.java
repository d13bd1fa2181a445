package dev.quipu.runtime.emulator;

import java.util.List;
import java.util.Optional;

/**
 * A kernel with its arguments in a graph.
 *
 * @param name GRAPH.TASK
 * @param arguments as the program gave them: contexts, arrays of the host, numbers
 * @param library whether a library computes it, in one piece: it has no grid
 * @param origin the line of the program that added it
 */
public record Task(String name, Code code, List<Object> arguments, boolean library, Optional<Origin> origin) {
    /** A kernel. */
    @FunctionalInterface
    public interface Code {
        /** Runs it for one work-item. */
        void run(Object[] arguments);

        /** What a recording of it does at every replay. A library is told its numbers once, when it is recorded. */
        default Code recorded() {
            return this;
        }
    }

    /** The task as a recording has it. */
    Task recorded() {
        return new Task(name, code.recorded(), arguments, library, origin);
    }

    public Task {
        arguments = List.copyOf(arguments);
    }
}
