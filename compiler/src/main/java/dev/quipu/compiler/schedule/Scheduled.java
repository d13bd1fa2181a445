package dev.quipu.compiler.schedule;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.WriteState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What runs, in which order, and where everything lives.
 *
 * @param clusters in the order of their launches
 * @param precision of products, which a device that has not that one must refuse
 */
public record Scheduled(Graph graph, List<Cluster> clusters, MemoryPlan memory, Precision precision) {
    public Scheduled {
        clusters = List.copyOf(clusters);
    }

    /** A schedule of a graph that no precision was asked for. */
    public static Scheduled of(Graph graph, List<Cluster> clusters) {
        return of(graph, clusters, Precision.F32);
    }

    /** Assigns memory to clusters in their order; what can be written over its input is. */
    public static Scheduled of(Graph graph, List<Cluster> clusters, Precision precision) {
        return new Scheduled(graph, clusters, memory(graph, clusters), precision);
    }

    /** The memory alone that {@link #of} assigns. */
    public static MemoryPlan memory(Graph graph, List<Cluster> clusters) {
        return MemoryPlan.pack(InPlace.of(clusters, Lifetimes.of(graph, clusters)));
    }

    /** As {@link #of}, with memory of its own for every tensor while it lives: what updates in place are held against. */
    public static Scheduled withoutUpdatesInPlace(Graph graph, List<Cluster> clusters) {
        MemoryPlan memory = MemoryPlan.pack(Lifetimes.of(graph, clusters));
        return new Scheduled(graph, clusters, memory, Precision.F32);
    }

    /** The layers that repeat, found anew by every call: not all devices ask. */
    public RepeatedBlocks blocks() {
        return RepeatedBlocks.of(graph);
    }

    /** Where a tensor that some cluster reads or stores lives. */
    public Place place(Tensor tensor) {
        Place whole = whole(Views.root(tensor));
        if (!Views.isPart(tensor)) {
            return whole;
        }
        long offset = Views.offset(tensor) * tensor.type().dtype().bytes();
        return new Place.Part(whole, offset, tensor.type().bytes());
    }

    private Place whole(Tensor root) {
        MemoryPlan.Slot slot = memory.slots().get(root);
        if (slot != null) {
            return new Place.Arena(slot.offset(), slot.bytes());
        }
        return switch (root.node().op()) {
            case ReadState read -> new Place.State(read.state(), read.type());
            case Input input -> new Place.Input(input.name(), input.type());
            case RopeTable table -> new Place.Table(table);
            default -> result(root);
        };
    }

    private Place result(Tensor root) {
        for (Map.Entry<String, Tensor> result : graph.results().entrySet()) {
            if (Views.root(result.getValue()).equals(root)) {
                return new Place.Result(result.getKey(), result.getValue().type());
            }
        }
        throw new AssertionError("no memory for " + root.node());
    }

    /** All state that the program touches, by name. */
    public Map<String, Type> states() {
        Map<String, Type> states = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            switch (node.op()) {
                case ReadState read -> states.put(read.state(), read.type());
                case WriteState write ->
                    states.putIfAbsent(write.state(), node.inputs().getFirst().type());
                case AccumulateState accumulate ->
                    states.putIfAbsent(
                            accumulate.state(), node.inputs().getFirst().type());
                default -> {}
            }
        }
        return states;
    }

    /** Floating-point operations of one run. */
    public long flops() {
        return clusters.stream().mapToLong(Cluster::flops).sum();
    }

    /** Bytes that the launches read and write. */
    public long bytes() {
        return clusters.stream().mapToLong(Cluster::bytes).sum();
    }
}
