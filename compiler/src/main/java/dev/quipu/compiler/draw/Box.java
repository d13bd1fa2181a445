package dev.quipu.compiler.draw;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import java.util.List;

/**
 * What is drawn as one shape: a node, or nodes that run as one kernel.
 *
 * @param id unique in the picture
 * @param nodes in order
 * @param sources reads, constants and tables that only this box shows, inside itself
 */
record Box(String id, List<Node> nodes, List<Node> sources) {
    /** How a box looks. */
    enum Look {
        /** Computes something. */
        COMPUTATION,
        /** What the caller provides. */
        INPUT,
        /** A buffer that outlives the run. */
        STATE
    }

    Box {
        nodes = List.copyOf(nodes);
        sources = List.copyOf(sources);
    }

    Node head() {
        return nodes.getFirst();
    }

    Site.Pass pass() {
        return head().site().pass();
    }

    /** Whose frame it stands in. */
    LayerPath layer() {
        return look() == Look.INPUT ? LayerPath.TOP : LayerPath.of(head().site().layer());
    }

    Look look() {
        return switch (head().op()) {
            case Input input -> Look.INPUT;
            case ReadState read -> Look.STATE;
            default -> Look.COMPUTATION;
        };
    }
}
