package dev.quipu.runtime.view;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Which nodes a folded view shows, and the block that each belongs to. */
final class Folding {
    private final Set<Node> folded;
    private final Map<Node, RepeatedBlocks.Block> blocks = new HashMap<>();

    private Folding(RepeatedBlocks repeated) {
        this.folded = repeated.folded();
        for (RepeatedBlocks.Block block : repeated.blocks()) {
            block.instances().forEach(instance -> instance.forEach(node -> blocks.put(node, block)));
        }
    }

    static Folding of(Graph graph) {
        return new Folding(RepeatedBlocks.of(graph));
    }

    /** Whether a node stands for itself and for the same nodes of later instances. */
    boolean isShown(Node node) {
        return !folded.contains(node);
    }

    /** How often a node, or its like in other instances, stands in the graph. */
    int count(Node node) {
        RepeatedBlocks.Block block = blocks.get(node);
        return block == null ? 1 : block.count();
    }

    /** {@code layers.0-31 x 32}, or nothing outside blocks. */
    String heading(Node node) {
        RepeatedBlocks.Block block = blocks.get(node);
        return block == null ? "" : block.label() + " x " + block.count();
    }

    /** A node's layer, as seen from its block: {@code attention.wq} for {@code layers.0.attention.wq}. */
    String layer(Node node) {
        RepeatedBlocks.Block block = blocks.get(node);
        String layer = node.site().layer();
        if (block == null) {
            return layer;
        }
        int element =
                layer.indexOf('.', block.path().isEmpty() ? 0 : block.path().length() + 1);
        return element < 0 ? "" : layer.substring(element + 1);
    }
}
