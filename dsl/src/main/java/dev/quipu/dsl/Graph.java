package dev.quipu.dsl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Nodes in an order in which every node stands after its inputs, with named results and effects on state. Graphs are equal
 * when their nodes are, position by position: ops, inputs, types and sites.
 */
public final class Graph {
    private final String name;
    private final List<Node> nodes;
    private final Map<String, Tensor> results;
    private final List<Node> effects;
    /** Found when a pass asks first; the next one asks again. */
    private volatile Map<Tensor, List<Node>> readers;

    private Graph(String name, List<Node> nodes, Map<String, Tensor> results, List<Node> effects) {
        this.name = name;
        this.nodes = List.copyOf(nodes);
        this.results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
        this.effects = List.copyOf(effects);
    }

    /** All that the results and effects need, in the order of creation. */
    public static Graph of(String name, Map<String, Tensor> results, List<Node> effects) {
        List<Node> ends = new ArrayList<>(effects);
        for (Tensor result : results.values()) {
            ends.add(result.node());
        }
        return new Graph(name, Ages.needed(ends), results, effects);
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
        Map<Tensor, List<Node>> known = readers;
        if (known == null) {
            known = Collections.unmodifiableMap(findReaders(nodes));
            readers = known;
        }
        return known;
    }

    private static Map<Tensor, List<Node>> findReaders(List<Node> nodes) {
        Map<Tensor, List<Node>> readers = new HashMap<>(2 * nodes.size());
        for (Node node : nodes) {
            for (Tensor input : node.inputs()) {
                List<Node> known = readers.putIfAbsent(input, List.of(node));
                if (known != null && known.getLast() != node) { // which may read a tensor twice
                    List<Node> more = known.size() == 1 ? new ArrayList<>(known) : known;
                    more.add(node);
                    readers.put(input, more);
                }
            }
        }
        readers.replaceAll((tensor, nodesOf) -> List.copyOf(nodesOf));
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
