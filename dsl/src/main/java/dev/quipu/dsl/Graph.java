package dev.quipu.dsl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes in an order in which every node stands after its inputs, with named results and effects on state. Graphs are equal
 * when their nodes are, position by position: ops, inputs, types and sites.
 */
public final class Graph {
    /** Numbers for each node, from which on sorting is cheaper than a table of them all. */
    private static final long SPARSE = 16;

    private final String name;
    private final List<Node> nodes;
    private final Map<String, Tensor> results;
    private final List<Node> effects;

    private Graph(String name, List<Node> nodes, Map<String, Tensor> results, List<Node> effects) {
        this.name = name;
        this.nodes = List.copyOf(nodes);
        this.results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
        this.effects = List.copyOf(effects);
    }

    /** All that the results and effects need, in the order of creation. */
    public static Graph of(String name, Map<String, Tensor> results, List<Node> effects) {
        Set<Node> reached = new HashSet<>();
        Deque<Node> open = new ArrayDeque<>(effects);
        results.values().forEach(tensor -> open.add(tensor.node()));
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (reached.add(node)) {
                for (Tensor input : node.inputs()) {
                    open.add(input.node());
                }
            }
        }
        return new Graph(name, sorted(reached), results, effects);
    }

    /** A pass makes its nodes one after the other, so most have a place of their own among the numbers between first and last. */
    private static List<Node> sorted(Set<Node> reached) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Node node : reached) {
            first = Math.min(first, node.order());
            last = Math.max(last, node.order());
        }
        if (last - first > SPARSE * reached.size()) {
            return reached.stream()
                    .sorted(Comparator.comparingLong(Node::order))
                    .toList();
        }
        Node[] places = new Node[(int) (reached.isEmpty() ? 0 : last - first + 1)];
        for (Node node : reached) {
            places[(int) (node.order() - first)] = node;
        }
        List<Node> sorted = new ArrayList<>(reached.size());
        for (Node node : places) {
            if (node != null) {
                sorted.add(node);
            }
        }
        return sorted;
    }

    public String name() {
        return name;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** What the program returns, by name. */
    public Map<String, Tensor> results() {
        return results;
    }

    /** Nodes that are there for what they do to state. */
    public List<Node> effects() {
        return effects;
    }

    /** Position of each node. */
    public Map<Node, Integer> positions() {
        Map<Node, Integer> positions = new HashMap<>();
        for (Node node : nodes) {
            positions.put(node, positions.size());
        }
        return positions;
    }

    /** The nodes that read each tensor, in order. Tensors that nobody reads are missing. */
    public Map<Tensor, List<Node>> readers() {
        Map<Tensor, List<Node>> readers = new HashMap<>();
        for (Node node : nodes) {
            for (Tensor input : node.inputs()) {
                List<Node> known = readers.computeIfAbsent(input, t -> new ArrayList<>());
                if (known.isEmpty() || known.getLast() != node) { // which may read a tensor twice
                    known.add(node);
                }
            }
        }
        return readers;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Graph other && name.equals(other.name) && keys().equals(other.keys());
    }

    @Override
    public int hashCode() {
        return keys().hashCode();
    }

    private record NodeKey(Object op, List<Place> inputs, List<Type> types, Site site) {}

    private record Place(int node, int output) {}

    private record GraphKey(List<NodeKey> nodes, List<Map.Entry<String, Place>> results, List<Integer> effects) {}

    private GraphKey keys() {
        Map<Node, Integer> positions = positions();
        return new GraphKey(
                nodes.stream()
                        .map(node ->
                                new NodeKey(node.op(), places(node.inputs(), positions), node.types(), node.site()))
                        .toList(),
                results.entrySet().stream()
                        .map(entry -> Map.entry(entry.getKey(), place(entry.getValue(), positions)))
                        .toList(),
                effects.stream().map(positions::get).toList());
    }

    private static List<Place> places(Collection<Tensor> tensors, Map<Node, Integer> positions) {
        return tensors.stream().map(tensor -> place(tensor, positions)).toList();
    }

    private static Place place(Tensor tensor, Map<Node, Integer> positions) {
        return new Place(positions.get(tensor.node()), tensor.index());
    }
}
