package dev.quipu.codegen.tornado;

/**
 * How much of a TornadoVM task graph is taken. A graph holds so many tasks, and notes what they are in a fixed number of bytes:
 * some for a task, some for each of its arguments. What is transferred and stays on the device takes none of them.
 */
public record GraphRoom(int tasks, int bytes) {
    /** Tasks of a graph. */
    public static final int MOST_TASKS = 256;

    /** Bytes of a graph's notes. */
    public static final int MOST_BYTES = 8192;

    /** A graph without tasks. */
    public static final GraphRoom EMPTY = new GraphRoom(0, 0);

    private static final int BYTES_OF_TASK = 15;
    private static final int BYTES_OF_ARGUMENT = 5;

    /** The graph with another task. */
    public GraphRoom with(int arguments) {
        return new GraphRoom(tasks + 1, bytes + BYTES_OF_TASK + BYTES_OF_ARGUMENT * arguments);
    }

    /** Whether TornadoVM can hold it. */
    public boolean fits() {
        return tasks <= MOST_TASKS && bytes <= MOST_BYTES;
    }
}
