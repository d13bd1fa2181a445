package dev.quipu.codegen.tornado;

/**
 * How much of a TornadoVM task graph is taken. A graph holds so many tasks, and notes what they are in a fixed number of bytes:
 * some for a task, some for each of its arguments. It draws itself with a fixed number of nodes: for its tasks, for what becomes
 * of each array, and for every write.
 */
public record GraphRoom(int tasks, int bytes, int nodes) {
    /** Tasks of a graph. */
    public static final int MOST_TASKS = 256;

    /** Bytes of a graph's notes. */
    public static final int MOST_BYTES = 8192;

    /** Nodes of a graph's drawing. */
    public static final int MOST_NODES = 1024;

    private static final int BYTES_OF_TASK = 15;
    private static final int BYTES_OF_ARGUMENT = 5;

    /** The task, and the number of its first place. */
    private static final int NODES_OF_TASK = 2;

    /** That an array is there, that it stays, and its copy. */
    private static final int NODES_OF_ARRAY = 3;

    /**
     * A graph without tasks.
     *
     * @param arrays that it knows: its tasks' own and those that it only passes on
     */
    public static GraphRoom of(int arrays) {
        return new GraphRoom(0, 0, arrays);
    }

    /** The graph, which knows of another array. */
    public GraphRoom withArray() {
        return new GraphRoom(tasks, bytes, nodes + 1);
    }

    /**
     * The graph with another task.
     *
     * @param arguments of the task, its context counted
     * @param arrays among them that no task before had
     * @param writes arrays that it writes
     */
    public GraphRoom with(int arguments, int arrays, int writes) {
        return new GraphRoom(
                tasks + 1,
                bytes + BYTES_OF_TASK + BYTES_OF_ARGUMENT * arguments,
                nodes + NODES_OF_TASK + NODES_OF_ARRAY * arrays + writes);
    }

    /** Whether TornadoVM can hold it. */
    public boolean fits() {
        return tasks <= MOST_TASKS && bytes <= MOST_BYTES && nodes <= MOST_NODES;
    }
}
