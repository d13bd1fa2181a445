package dev.quipu.runtime.emulator.api;

import dev.quipu.runtime.emulator.GraphParts;

/** A graph that plans can run. */
public class ImmutableTaskGraph {
    private final GraphParts parts;

    ImmutableTaskGraph(GraphParts parts) {
        this.parts = parts;
    }

    GraphParts parts() {
        return parts;
    }
}
