package dev.quipu.compiler.draw;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The arrows between boxes. Those of a block's instances fall together on the first instance's. */
final class ArrowBuilder {
    private final Graph graph;
    private final Sources sources;
    private final Function<Node, Box> boxes;
    private final Map<Node, Integer> instances = new HashMap<>();
    private final Set<Arrow> arrows = new LinkedHashSet<>();
    private final Set<Box> leadOn = new HashSet<>();

    /** @param boxes the box that stands for a node, or null */
    ArrowBuilder(Graph graph, RepeatedBlocks blocks, Sources sources, Function<Node, Box> boxes) {
        this.graph = graph;
        this.sources = sources;
        this.boxes = boxes;
        for (RepeatedBlocks.Block block : blocks.blocks()) {
            for (int i = 0; i < block.count(); i++) {
                for (Node node : block.instances().get(i)) {
                    instances.put(node, i);
                }
            }
        }
    }

    List<Arrow> build() {
        for (Node node : graph.nodes()) {
            if (!Views.isView(node)) {
                node.inputs().forEach(input -> add(input, node));
            }
        }
        return List.copyOf(arrows);
    }

    private void add(Tensor input, Node reader) {
        Tensor root = Views.origin(input);
        Node producer = root.node();
        if (sources.isHidden(producer) || Sources.isInside(producer, reader)) {
            return;
        }
        Box from = boxes.apply(producer);
        Box to = boxes.apply(reader);
        Arrow.Kind kind = kind(producer, reader);
        switch (kind) {
            case FLOW, GRADIENT -> add(from, to, kind, label(root, input));
            case SAVED, REBUILT -> add(from, to, kind, "");
            case NEXT -> {
                // the arrows from outside show already what a block reads from the one before it: one is enough
                if (from.pass() == to.pass() && leadOn.add(from)) {
                    add(from, to, kind, "");
                }
            }
        }
    }

    private void add(Box from, Box to, Arrow.Kind kind, String label) {
        if (!from.equals(to)) {
            arrows.add(new Arrow(from, to, kind, label));
        }
    }

    private Arrow.Kind kind(Node producer, Node reader) {
        Integer made = instances.get(producer);
        Integer read = instances.get(reader);
        if (made != null && read != null && !made.equals(read)) {
            return Arrow.Kind.NEXT;
        }
        Site.Pass from = producer.site().pass();
        return switch (reader.site().pass()) {
            case FORWARD, UPDATE -> Arrow.Kind.FLOW;
            case RECOMPUTED -> from == Site.Pass.FORWARD ? Arrow.Kind.SAVED : Arrow.Kind.FLOW;
            case BACKWARD ->
                switch (from) {
                    case FORWARD, UPDATE -> Arrow.Kind.SAVED;
                    case RECOMPUTED -> Arrow.Kind.REBUILT;
                    case BACKWARD -> Arrow.Kind.GRADIENT;
                };
        };
    }

    /** Boxes say what their first output is; other outputs and views are told beside the arrow. */
    private static String label(Tensor root, Tensor input) {
        return root.index() == 0
                ? Captions.newDimensions(root.shape(), input.shape())
                : Captions.dimensions(input.type());
    }
}
