package dev.quipu.compiler.program;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.MatMul;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The part of a graph that touches logits or anything of their size: from the products that make them to those that take their
 * gradient.
 *
 * @param nodes those that make or read such a tensor, and those on the way from one of them to another
 * @param ancestors nodes outside that the region needs
 * @param rows of the logits
 * @param vocabulary columns of the logits
 */
record LossRegion(Set<Node> nodes, Set<Node> ancestors, long rows, int vocabulary) {
    /** The region of a simplified graph; none where there is no cross entropy, or several over logits of different shapes. */
    static Optional<LossRegion> of(Graph graph) {
        List<Shape> logits = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof CrossEntropy) {
                logits.add(node.inputs().getFirst().shape());
            }
        }
        if (logits.isEmpty() || !logits.stream().allMatch(logits.getFirst()::sameSizes)) {
            return Optional.empty();
        }
        Set<Node> nodes = touching(graph, largeTensors(graph, logits.getFirst().elements()));
        Set<Node> after = reached(graph.nodes(), nodes);
        Set<Node> before = ancestors(graph, nodes);
        before.stream().filter(after::contains).forEach(nodes::add);
        before.removeAll(nodes);
        return Optional.of(new LossRegion(
                nodes,
                before,
                logits.getFirst().rows(),
                logits.getFirst().last().size()));
    }

    /**
     * Logits and what row-wise ops make of them. Products end the walk: what they read and make may happen to have as many
     * elements, but is no logits.
     */
    private static Set<Tensor> largeTensors(Graph graph, long elements) {
        Map<Tensor, List<Node>> readers = graph.readers();
        Deque<Tensor> open = new ArrayDeque<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof CrossEntropy) {
                open.add(node.inputs().getFirst());
            }
        }
        Set<Tensor> large = new HashSet<>();
        while (!open.isEmpty()) {
            Tensor tensor = open.pop();
            if (tensor.shape().elements() != elements || !large.add(tensor)) {
                continue;
            }
            if (!(tensor.node().op() instanceof MatMul)) {
                open.addAll(tensor.node().inputs());
            }
            for (Node reader : readers.getOrDefault(tensor, List.of())) {
                if (!(reader.op() instanceof MatMul)) {
                    for (int i = 0; i < reader.types().size(); i++) {
                        open.add(reader.output(i));
                    }
                }
            }
        }
        return large;
    }

    private static Set<Node> touching(Graph graph, Set<Tensor> large) {
        Set<Node> nodes = new HashSet<>();
        for (Node node : graph.nodes()) {
            for (Tensor input : node.inputs()) {
                if (large.contains(input)) {
                    nodes.add(node);
                }
            }
        }
        large.forEach(tensor -> nodes.add(tensor.node()));
        return nodes;
    }

    /** Nodes that need one of the given ones. */
    private static Set<Node> reached(List<Node> order, Set<Node> from) {
        Set<Node> reached = new HashSet<>();
        for (Node node : order) {
            for (Tensor input : node.inputs()) {
                if (from.contains(input.node()) || reached.contains(input.node())) {
                    reached.add(node);
                }
            }
        }
        return reached;
    }

    private static Set<Node> ancestors(Graph graph, Set<Node> of) {
        Set<Node> ancestors = new HashSet<>();
        for (Node node : graph.nodes().reversed()) {
            if (of.contains(node) || ancestors.contains(node)) {
                for (Tensor input : node.inputs()) {
                    ancestors.add(input.node());
                }
            }
        }
        return ancestors;
    }
}
