package dev.quipu.runtime.plan;

import dev.quipu.compiler.checkpoint.Choice;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Origin;
import dev.quipu.dsl.Site;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which forward ops' backward rules read a tensor, by name. */
final class BackwardReaders {
    private static final String BACKWARD = "Backward";

    private record Line(String layer, Origin origin) {}

    private final Map<Line, Set<String>> forwardOps = new HashMap<>();

    BackwardReaders(Graph graph) {
        for (Node node : graph.nodes()) {
            if (node.site().pass() == Site.Pass.FORWARD && !node.inputs().isEmpty() && !Views.isView(node)) {
                forwardOps
                        .computeIfAbsent(line(node), key -> new LinkedHashSet<>())
                        .add(node.op().mnemonic());
            }
        }
    }

    private static Line line(Node node) {
        return new Line(node.site().layer(), node.site().origin());
    }

    /** {@code layers.3.attention.wq.matMul} and so on, in the order in which they read. */
    List<String> rules(Choice choice) {
        Set<String> rules = new LinkedHashSet<>();
        for (Cluster reader : choice.readers()) {
            for (Node node : reader.nodes()) {
                if (node.inputs().stream().map(Views::origin).anyMatch(choice.tensor()::equals)) {
                    rules.add(rule(node));
                }
            }
        }
        return List.copyOf(rules);
    }

    /** Backward nodes bear the layer and the line of the op whose rule made them. */
    private String rule(Node node) {
        Set<String> ops = forwardOps.getOrDefault(line(node), Set.of());
        String own = node.op().mnemonic().replace(BACKWARD, "");
        String op = ops.size() == 1 && !ops.contains(own) ? ops.iterator().next() : own;
        return node.site().layer().isEmpty() ? op : node.site().layer() + "." + op;
    }
}
