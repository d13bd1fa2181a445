package dev.quipu.runtime.probe;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.text.TensorNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps every value of a run under its name. A value that is the gradient of several tensors is kept under each of theirs. */
final class ProbeObserver implements Reference.Observer {
    private final Map<Tensor, List<Tensor>> differentiated = new HashMap<>();
    private final Map<Tensor, String> names = new HashMap<>();
    private final TensorNames free = new TensorNames();
    private final Tensor loss;
    private final List<ProbedTensor> tensors = new ArrayList<>();

    /** @param gradients of the graph's tensors, by these */
    ProbeObserver(Graph graph, Map<Tensor, Tensor> gradients) {
        loss = graph.results().get(Traced.LOSS);
        for (Node node : graph.nodes()) {
            for (int output = 0; output < node.types().size(); output++) {
                Tensor tensor = node.output(output);
                Tensor gradient = gradients.get(tensor);
                if (gradient != null) {
                    differentiated
                            .computeIfAbsent(gradient, key -> new ArrayList<>())
                            .add(tensor);
                }
            }
        }
    }

    @Override
    public void value(Node node, int output, Array value) {
        Tensor tensor = node.output(output);
        List<Tensor> gradientOf = differentiated.getOrDefault(tensor, List.of());
        if (gradientOf.isEmpty()) {
            String name = tensor.equals(loss) ? free.ofLoss() : free.of(node, output);
            names.put(tensor, name);
            keep(name, node, value);
        }
        for (Tensor variable : gradientOf) {
            keep(free.ofGradient(names.get(variable)), node, value);
        }
    }

    private void keep(String name, Node node, Array value) {
        tensors.add(new ProbedTensor(name, node.op().mnemonic(), node.site(), value));
    }

    List<ProbedTensor> tensors() {
        return tensors;
    }
}
