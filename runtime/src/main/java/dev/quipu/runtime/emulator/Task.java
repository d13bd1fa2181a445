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
    }

    public Task {
        arguments = List.copyOf(arguments);
    }
}
