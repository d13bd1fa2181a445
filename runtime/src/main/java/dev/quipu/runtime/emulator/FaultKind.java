package dev.quipu.runtime.emulator;

/** What the emulator finds wrong. */
public enum FaultKind {
    OUT_OF_BOUNDS("access out of bounds"),
    UNWRITTEN("read of memory never written"),
    RACE("race"),
    BARRIER("barrier not reached by all work-items"),
    MATRIX("operation of a warp's matrix unit"),
    OVERFLOW("overflow of a whole number"),
    ARITHMETIC("arithmetic that devices do differently"),
    LOCAL_MEMORY("local memory"),
    ARGUMENTS("arguments of a task"),
    TASK_NAME("name of a task"),
    GRAPH_LIMIT("limit of a graph"),
    GRID("grid of a task"),
    TRANSFER("transfer");

    private final String words;

    FaultKind(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
