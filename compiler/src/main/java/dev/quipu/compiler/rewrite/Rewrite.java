package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

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
        for (Node node : graph.nodes()) {
            rewrite.visit(node);
        }
        Map<String, Tensor> results = new LinkedHashMap<>();
        graph.results().forEach((name, tensor) -> results.put(name, rewrite.replacements.get(tensor)));
        List<Node> effects = new ArrayList<>(graph.effects().size());
        for (Node effect : graph.effects()) {
            effects.add(rewrite.effect(effect));
        }
        return Graph.of(graph.name(), results, effects);
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
        return node.outputs();
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
            Tensor made = replaced.get(i);
            Type wanted = node.types().get(i);
            if (!made.type().equals(wanted) && !made.shape().sameSizes(wanted.shape())) {
                throw new AssertionError("rewrite changes " + node + " to " + replaced);
            }
            replacements.put(node.output(i), made);
        }
    }
}
