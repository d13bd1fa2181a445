package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A graph made anew, node by node in order: the frame of every graph-to-graph pass. Nodes that the results and effects no
 * longer need are left out.
 */
public final class Rewrite {
    /** What becomes of one node. */
    @FunctionalInterface
    public interface Rule {
        /**
         * The tensors that replace the node's outputs, made from the inputs' replacements.
         */
        List<Tensor> apply(Node node, List<Tensor> inputs);
    }

    private final Map<Tensor, Tensor> replacements = new HashMap<>();
    private final Map<Node, Node> effects = new HashMap<>();
    private final Rule rule;

    private Rewrite(Rule rule) {
        this.rule = rule;
    }

    /** Replays the graph under a rule. Nodes without outputs are kept, on the new inputs. */
    public static Graph replay(Graph graph, Rule rule) {
        Rewrite rewrite = new Rewrite(rule);
        graph.nodes().forEach(rewrite::visit);
        Map<String, Tensor> results = new LinkedHashMap<>();
        graph.results().forEach((name, tensor) -> results.put(name, rewrite.replacements.get(tensor)));
        return Graph.of(
                graph.name(),
                results,
                graph.effects().stream().map(rewrite::effect).toList());
    }

    /** As {@link #replay}, where the rule changes any node; else the graph itself. */
    static Graph replayIfAny(Graph graph, Predicate<Node> changes, Rule rule) {
        for (Node node : graph.nodes()) {
            if (changes.test(node)) {
                return replay(graph, rule);
            }
        }
        return graph;
    }

    /** The node on new inputs. It is made anew even where they are the old ones, so that nodes keep their order. */
    public static Node keep(Node node, List<Tensor> inputs) {
        return node.on(inputs);
    }

    /** All outputs of a node. */
    public static List<Tensor> outputs(Node node) {
        return node.types().size() == 1
                ? List.of(node.output(0))
                : IntStream.range(0, node.types().size()).mapToObj(node::output).toList();
    }

    private Node effect(Node node) {
        return node.types().isEmpty()
                ? effects.get(node)
                : replacements.get(node.output(0)).node();
    }

    private void visit(Node node) {
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        for (Tensor input : node.inputs()) {
            inputs.add(replacements.get(input));
        }
        if (node.types().isEmpty()) {
            effects.put(node, keep(node, inputs));
            return;
        }
        List<Tensor> replaced = rule.apply(node, inputs);
        for (int i = 0; i < replaced.size(); i++) {
            if (!replaced.get(i).shape().sameSizes(node.types().get(i).shape())) {
                throw new AssertionError("rewrite changes " + node + " to " + replaced);
            }
            replacements.put(node.output(i), replaced.get(i));
        }
    }
}
