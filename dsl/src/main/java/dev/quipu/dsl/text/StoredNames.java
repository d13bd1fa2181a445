package dev.quipu.dsl.text;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import java.util.ArrayList;
import java.util.List;

/** The {@link TensorNames} of a graph's tensors, by their numbers. */
final class StoredNames {
    private final List<List<String>> names = new ArrayList<>();

    StoredNames(Graph graph) {
        TensorNames free = new TensorNames();
        for (Node node : graph.nodes()) {
            List<String> ofNode = new ArrayList<>();
            for (int i = 0; i < node.types().size(); i++) {
                ofNode.add(free.of(node, i));
            }
            names.add(ofNode);
        }
    }

    String of(GraphPlan.Value value) {
        return names.get(value.node()).get(value.output());
    }
}
