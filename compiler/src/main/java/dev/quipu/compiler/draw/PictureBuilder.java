package dev.quipu.compiler.draw;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RopeTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what of a graph is drawn: repeated blocks once, parameters inside the boxes that read them, effects on state
 * inside the boxes that cause them, arrows between what is left.
 */
final class PictureBuilder {
    private final Graph graph;
    private final RepeatedBlocks blocks;
    private final Map<Node, Node> representatives;
    private final Map<Node, Integer> instances = new HashMap<>();
    private final Map<Node, List<Node>> groups = new LinkedHashMap<>();
    private final Map<Node, Box> boxes = new LinkedHashMap<>();
    private final boolean grouped;

    /** @param kernels nodes that run together; empty to draw every node by itself */
    PictureBuilder(Graph graph, List<List<Node>> kernels) {
        this.graph = graph;
        this.blocks = RepeatedBlocks.of(graph);
        this.representatives = blocks.representatives();
        this.grouped = !kernels.isEmpty();
        for (RepeatedBlocks.Block block : blocks.blocks()) {
            for (int i = 0; i < block.count(); i++) {
                for (Node node : block.instances().get(i)) {
                    instances.put(node, i);
                }
            }
        }
        kernels.forEach(kernel -> kernel.forEach(node -> groups.put(node, kernel)));
        graph.nodes().forEach(this::group);
    }

    /** A node that no kernel has stands alone; an effect joins the node whose output it takes. */
    private void group(Node node) {
        if (groups.containsKey(node)) {
            return;
        }
        List<Node> group = new ArrayList<>(List.of(node));
        if (node.types().isEmpty()) {
            List<Node> cause = groups.get(node.inputs().getFirst().node());
            if (!isSource(cause.getFirst())) {
                cause.add(node);
                group = cause;
            }
        }
        groups.put(node, group);
    }

    Picture build() {
        Set<Node> folded = blocks.folded();
        Set<Node> shown = new HashSet<>();
        graph.nodes().stream().filter(node -> !folded.contains(node) && isShown(node)).forEach(shown::add);
        for (Node node : graph.nodes()) {
            List<Node> group = groups.get(node);
            if (shown.contains(node) && group.getFirst().equals(node)) {
                Box box = new Box("n" + boxes.size(), group, sources(group));
                group.forEach(member -> boxes.put(member, box));
            }
        }
        Map<Box, List<String>> results = new LinkedHashMap<>();
        graph.results().forEach((name, tensor) -> {
            Box box = boxOf(tensor.node());
            if (box != null) {
                results.computeIfAbsent(box, b -> new ArrayList<>()).add(name);
            }
        });
        Map<LayerPath, String> frames = new HashMap<>();
        blocks.blocks().forEach(block -> {
            Map.Entry<LayerPath, String> frame = Picture.frame(block);
            frames.put(frame.getKey(), frame.getValue());
        });
        return new Picture(
                graph.name(), List.copyOf(new LinkedHashSet<>(boxes.values())), arrows(), results, frames);
    }

    private boolean isShown(Node node) {
        if (grouped && node.op() instanceof Reshape) {
            return false;
        }
        if (!isSource(node)) {
            return true;
        }
        boolean result = graph.results().containsValue(node.output(0));
        return result
                || graph.readers().getOrDefault(node.output(0), List.of()).stream()
                        .anyMatch(reader -> !isShownInside(node, reader));
    }

    private static boolean isSource(Node node) {
        return node.op() instanceof ReadState || node.op() instanceof Constant || node.op() instanceof RopeTable;
    }

    /** A layer's own parameter is shown where it is read; constants and tables are shown wherever they are. */
    private static boolean isShownInside(Node source, Node reader) {
        return !(source.op() instanceof ReadState read)
                || read.state().startsWith(reader.site().layer() + ".");
    }

    private List<Node> sources(List<Node> group) {
        Set<Node> sources = new LinkedHashSet<>();
        for (Node node : group) {
            for (Tensor input : node.inputs()) {
                if (isSource(input.node()) && isShownInside(input.node(), node)) {
                    sources.add(input.node());
                }
            }
        }
        return List.copyOf(sources);
    }

    private Box boxOf(Node node) {
        Node seen = node;
        while (grouped && seen.op() instanceof Reshape) {
            seen = seen.inputs().getFirst().node();
        }
        Node shown = representatives.getOrDefault(seen, seen);
        Box box = boxes.get(shown);
        if (box != null || !groups.containsKey(shown)) {
            return box;
        }
        // a kernel that starts in a later instance than its first node is drawn as the kernel of that node's first instance
        Node head = groups.get(shown).getFirst();
        return boxes.get(representatives.getOrDefault(head, head));
    }

    private List<Arrow> arrows() {
        Set<Arrow> arrows = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            Box to = boxOf(node);
            for (Tensor input : node.inputs()) {
                Node producer = input.node();
                Box from = boxOf(producer);
                boolean inside = isSource(producer) && isShownInside(producer, node);
                if (from != null && to != null && !inside) {
                    Arrow.Kind kind = kind(producer, node);
                    if (!from.equals(to) || kind == Arrow.Kind.NEXT) {
                        arrows.add(new Arrow(from, to, kind, label(input)));
                    }
                }
            }
        }
        return List.copyOf(arrows);
    }

    private Arrow.Kind kind(Node producer, Node reader) {
        Integer made = instances.get(producer);
        Integer read = instances.get(reader);
        if (made != null && read != null && !made.equals(read)) {
            return Arrow.Kind.NEXT;
        }
        boolean saved = producer.site().pass() == Site.Pass.FORWARD && reader.site().pass() == Site.Pass.BACKWARD;
        return saved ? Arrow.Kind.SAVED : Arrow.Kind.FLOW;
    }

    /** Boxes say what their first output is; other outputs are told apart beside the arrow. */
    private static String label(Tensor tensor) {
        return tensor.index() == 0 ? "" : Captions.dimensions(tensor.type());
    }
}
