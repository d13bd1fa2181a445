package dev.quipu.dsl.text;

import dev.quipu.dsl.Function;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.op.Call;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The functions that a graph calls, each after those it needs itself, with labels that tell functions of one name apart. */
final class FunctionLabels {
    private final Map<Function, String> labels = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    FunctionLabels(Graph graph) {
        addCalled(graph);
    }

    Map<Function, String> inOrder() {
        return Collections.unmodifiableMap(labels);
    }

    String of(Function function) {
        return labels.get(function);
    }

    private void addCalled(Graph graph) {
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Call call) {
                add(call.function());
            }
        }
    }

    private void add(Function function) {
        if (labels.containsKey(function)) {
            return;
        }
        function.backward().ifPresent(this::add);
        addCalled(function.body());
        int count = counts.merge(function.name(), 1, Integer::sum);
        labels.put(function, Words.name(function.name()) + (count == 1 ? "" : "#" + count));
    }
}
