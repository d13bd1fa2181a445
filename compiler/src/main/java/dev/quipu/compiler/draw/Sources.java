package dev.quipu.compiler.draw;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.RopeTable;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which reads, constants and tables are lines in the boxes that use them, and which are shapes of their own. */
final class Sources {
    private final Set<Node> shown = new HashSet<>();

    Sources(Graph graph) {
        graph.results()
                .values()
                .forEach(result -> shown.add(Views.origin(result).node()));
        for (Node node : graph.nodes()) {
            for (Tensor input : node.inputs()) {
                Node source = Views.origin(input).node();
                if (!Views.isView(node) && !isInside(source, node)) {
                    shown.add(source);
                }
            }
        }
    }

    /** Whether no shape of its own stands for the node. */
    boolean isHidden(Node node) {
        return isSource(node) && !shown.contains(node);
    }

    /** What the boxes of these nodes show inside. */
    List<Node> inside(List<Node> nodes) {
        Set<Node> inside = new LinkedHashSet<>();
        for (Node node : nodes) {
            for (Tensor input : node.inputs()) {
                Node source = Views.origin(input).node();
                if (isInside(source, node)) {
                    inside.add(source);
                }
            }
        }
        return List.copyOf(inside);
    }

    /**
     * What a layer has of its own, such as a parameter or its moments, is shown where it is read; constants and tables are
     * shown wherever they are. Caches are buffers that flow through the graph, and drawn so.
     */
    static boolean isInside(Node source, Node reader) {
        return switch (source.op()) {
            case ReadState read ->
                read.state().contains(reader.site().layer() + ".") && !(reader.op() instanceof CacheWrite);
            case Constant constant -> true;
            case RopeTable table -> true;
            default -> false;
        };
    }

    static boolean isSource(Node node) {
        return node.op() instanceof ReadState || node.op() instanceof Constant || node.op() instanceof RopeTable;
    }
}
