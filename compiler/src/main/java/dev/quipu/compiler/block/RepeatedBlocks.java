package dev.quipu.compiler.block;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Layers that repeat, as a fact of the graph: runs of list elements ({@code layers.0}, {@code layers.1}, ...) whose nodes are
 * the same, op by op, in every pass.
 *
 * @param blocks outermost blocks, in the order of their first nodes
 */
public record RepeatedBlocks(List<Block> blocks) {
    /**
     * One run of equal elements.
     *
     * @param path of the list, such as {@code layers}
     * @param first index of the first element
     * @param instances nodes of each element, in order; position j of every instance is the same node of the block
     */
    public record Block(String path, int first, List<List<Node>> instances) {
        public int count() {
            return instances.size();
        }

        /** The elements' name: {@code layers.0-31}. */
        public String label() {
            return path + "." + first + "-" + (first + count() - 1);
        }
    }

    /** A layer's path as the outermost list in it, the element's index, and what follows. Every node's is asked for. */
    private record Element(String list, int index, String rest) {
        static Optional<Element> of(String layer) {
            int start = layer.indexOf('.') + 1;
            while (start > 0) {
                int end = layer.indexOf('.', start);
                String part = end < 0 ? layer.substring(start) : layer.substring(start, end);
                if (isNumber(part)) {
                    return Optional.of(new Element(
                            layer.substring(0, start - 1),
                            Integer.parseInt(part),
                            end < 0 ? "" : layer.substring(end + 1)));
                }
                start = end + 1;
            }
            return Optional.empty();
        }

        private static boolean isNumber(String part) {
            return !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    /** What must agree between two nodes for their layers to be instances of one block. */
    private record Shape(Op op, List<Source> inputs, List<Type> types, Site.Pass pass, String layer) {}

    /** Where an input comes from: the node's position in its own instance, or -1 outside. */
    private record Source(int position, int output) {}

    /** The outermost list element that a layer belongs to: {@code layers.3} for {@code layers.3.attention}; else empty. */
    public static String element(String layer) {
        return Element.of(layer)
                .map(element -> element.list() + "." + element.index())
                .orElse("");
    }

    public static RepeatedBlocks of(Graph graph) {
        Map<String, Map<Integer, List<Node>>> lists = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            Element.of(node.site().layer())
                    .ifPresent(element -> lists.computeIfAbsent(element.list(), path -> new LinkedHashMap<>())
                            .computeIfAbsent(element.index(), index -> new ArrayList<>())
                            .add(node));
        }
        List<Block> blocks = new ArrayList<>();
        lists.forEach((path, elements) -> blocks.addAll(runs(path, elements)));
        return new RepeatedBlocks(List.copyOf(blocks));
    }

    /** Nodes of all instances but the first: what a folded view leaves out. */
    public Set<Node> folded() {
        Set<Node> folded = new HashSet<>();
        blocks.forEach(block -> block.instances().stream().skip(1).forEach(folded::addAll));
        return folded;
    }

    /** For every node of an instance the same node of the first instance. */
    public Map<Node, Node> representatives() {
        Map<Node, Node> representatives = new HashMap<>();
        for (Block block : blocks) {
            List<Node> model = block.instances().getFirst();
            for (List<Node> instance : block.instances()) {
                for (int i = 0; i < instance.size(); i++) {
                    representatives.put(instance.get(i), model.get(i));
                }
            }
        }
        return representatives;
    }

    private static List<Block> runs(String path, Map<Integer, List<Node>> elements) {
        List<Block> runs = new ArrayList<>();
        List<Integer> indices = elements.keySet().stream().sorted().toList();
        List<List<Shape>> shapes =
                indices.stream().map(index -> shapes(elements.get(index))).toList();
        int start = 0;
        for (int i = 1; i <= indices.size(); i++) {
            boolean continues = i < indices.size()
                    && indices.get(i) == indices.get(i - 1) + 1
                    && shapes.get(i).equals(shapes.get(start));
            if (!continues) {
                if (i - start > 1) {
                    runs.add(new Block(
                            path,
                            indices.get(start),
                            indices.subList(start, i).stream()
                                    .map(elements::get)
                                    .toList()));
                }
                start = i;
            }
        }
        return runs;
    }

    private static List<Shape> shapes(List<Node> nodes) {
        Map<Node, Integer> positions = new HashMap<>();
        nodes.forEach(node -> positions.put(node, positions.size()));
        return nodes.stream().map(node -> shape(node, positions)).toList();
    }

    private static Shape shape(Node node, Map<Node, Integer> positions) {
        String rest = Element.of(node.site().layer()).map(Element::rest).orElse("");
        List<Source> inputs = node.inputs().stream()
                .map(input -> new Source(positions.getOrDefault(input.node(), -1), input.index()))
                .toList();
        return new Shape(
                StateNames.withoutNames(node.op()),
                inputs,
                node.types(),
                node.site().pass(),
                rest);
    }
}
