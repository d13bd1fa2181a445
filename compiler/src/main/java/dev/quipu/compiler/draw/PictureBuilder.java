package dev.quipu.compiler.draw;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what of a graph is drawn: repeated blocks once, parameters inside the boxes that read them, effects on state inside
 * the boxes that cause them, views on the arrows that pass through them.
 */
final class PictureBuilder {
    private final Graph graph;
    private final RepeatedBlocks blocks;
    private final Map<Node, Node> representatives;
    private final Sources sources;
    private final Map<Node, List<Node>> groups = new LinkedHashMap<>();
    private final Map<Node, Box> boxes = new LinkedHashMap<>();

    /** @param kernels nodes that run together; empty to draw every node by itself */
    PictureBuilder(Graph graph, List<List<Node>> kernels) {
        this.graph = graph;
        this.blocks = RepeatedBlocks.of(graph);
        this.representatives = blocks.representatives();
        this.sources = new Sources(graph);
        for (List<Node> kernel : kernels) {
            List<Node> group = new ArrayList<>(kernel);
            kernel.forEach(node -> groups.put(node, group));
        }
        graph.nodes().forEach(this::group);
    }

    /** A node that no kernel has stands alone; an effect joins the node whose output it takes. */
    private void group(Node node) {
        if (groups.containsKey(node)) {
            return;
        }
        List<Node> group = new ArrayList<>(List.of(node));
        if (node.types().isEmpty()) {
            Node cause = Views.origin(node.inputs().getFirst()).node();
            if (!Sources.isSource(cause)) {
                group = groups.get(cause);
                group.add(node);
            }
        }
        groups.put(node, group);
    }

    Picture build() {
        Set<Node> folded = blocks.folded();
        Set<Box> drawn = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            List<Node> group = groups.get(node);
            boolean shown = !folded.contains(node)
                    && !Views.isView(node)
                    && !sources.isHidden(node)
                    && group.getFirst().equals(node);
            if (shown) {
                Box box = new Box("n" + drawn.size(), group, sources.inside(group));
                drawn.add(box);
                group.forEach(member -> boxes.put(member, box));
            }
        }
        return new Picture(
                graph.name(),
                List.copyOf(drawn),
                new ArrowBuilder(graph, blocks, sources, this::box).build(),
                results(),
                frames());
    }

    /** The box that stands for a node, itself or its like in a first instance; null when none does. */
    private Box box(Node node) {
        Node shown = representatives.getOrDefault(node, node);
        Box box = boxes.get(shown);
        if (box != null) {
            return box;
        }
        // a kernel may begin in one instance and end in the next: its like is the kernel of its first node's like
        Node head = groups.get(shown).getFirst();
        return boxes.get(representatives.getOrDefault(head, head));
    }

    private Map<Box, List<String>> results() {
        Map<Box, List<String>> results = new LinkedHashMap<>();
        graph.results().forEach((name, tensor) -> {
            Tensor root = Views.origin(tensor);
            results.computeIfAbsent(box(root.node()), box -> new ArrayList<>()).add(name);
        });
        return results;
    }

    private Map<LayerPath, String> frames() {
        Map<LayerPath, String> frames = new HashMap<>();
        for (RepeatedBlocks.Block block : blocks.blocks()) {
            String path = block.path().isEmpty() ? "" : block.path() + ".";
            String first = path + block.first();
            String last = path + (block.first() + block.count() - 1);
            frames.put(LayerPath.of(first), first + " ... " + last + " (x" + block.count() + ")");
        }
        return frames;
    }
}
