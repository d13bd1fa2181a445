package dev.quipu.dsl.text;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a graph runs, as its text says it: its launches in order, and what each of them stores. Nodes and tensors are told by
 * their numbers in the graph.
 *
 * @param name of the plan, such as {@code paper}
 * @param arena bytes that hold all slots; empty where no memory is assigned yet
 * @param launches in order; a launch's number is its position
 */
public record GraphPlan(String name, OptionalLong arena, List<Launch> launches) {
    /** Why a tensor is stored, and for how long. */
    public enum Fate {
        /** Made by the forward pass and kept for the backward pass. */
        SAVED,
        /** Not kept: this is what the backward pass computes anew. */
        RECOMPUTED,
        /** Handed from launch to launch within a pass, or a result. */
        PASSING
    }

    /**
     * A tensor by the numbers that its graph's text has.
     *
     * @param node position in the graph
     * @param output of the node
     */
    public record Value(int node, int output) {
        /** The number of a graph's tensor. */
        public static Value of(Tensor tensor, Map<?, Integer> positions) {
            return new Value(positions.get(tensor.node()), tensor.index());
        }

        /** {@code %5}, or {@code %5.1} for the second output. */
        @Override
        public String toString() {
            return "%" + node + (output == 0 ? "" : "." + output);
        }
    }

    /**
     * A stretch of the arena, from the launch that stores the tensor on.
     *
     * @param offset in bytes
     * @param bytes of the stretch
     * @param until the last launch that reads it
     * @param over whose memory it takes over, with the launch that reads that one for the last time
     */
    public record Slot(long offset, long bytes, int until, Optional<Value> over) {
        public Slot {
            if (offset < 0 || bytes < 1) {
                throw QuipuException.of(
                        "an offset of at least 0 and at least 1 byte", offset + " for " + bytes, "slot", "");
            }
        }

        /** The first byte behind it. */
        public long end() {
            return offset + bytes;
        }
    }

    /**
     * A tensor that a launch stores.
     *
     * @param slot empty for a result, which lives outside the arena, and where no memory is assigned yet
     */
    public record Stored(Value value, Fate fate, Optional<Slot> slot) {}

    /**
     * Nodes that run together.
     *
     * @param kind how they run, such as {@code rows}
     * @param nodes positions in the graph, in order
     */
    public record Launch(String kind, List<Integer> nodes, List<Stored> stored) {
        public Launch {
            nodes = List.copyOf(nodes);
            stored = List.copyOf(stored);
        }
    }

    public GraphPlan {
        launches = List.copyOf(launches);
        if (arena.isPresent() && arena.getAsLong() < 0) {
            throw QuipuException.of("at least 0 bytes", Long.toString(arena.getAsLong()), "arena", "");
        }
    }
}
