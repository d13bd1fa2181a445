package dev.quipu.runtime.probe;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.text.TensorNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tensor of a pass by its name. A tensor that is the gradient of several is there under a name for each.
 *
 * @param isInside whether it belongs to the body of a function, which the pass calls
 */
record NamedTensor(String name, Tensor tensor, boolean isInside) {
    /** Whether it is there before the pass begins. */
    boolean isSource() {
        return tensor.node().op() instanceof Input || tensor.node().op() instanceof ReadState;
    }

    ProbedTensor probed(Array value) {
        Node node = tensor.node();
        return new ProbedTensor(name, node.op().mnemonic(), node.site(), value);
    }

    /**
     * All tensors of a graph in the order in which the interpreter shows them: those of a called function before the call's.
     *
     * @param gradients of the graph's tensors, by these
     */
    static List<NamedTensor> of(Graph graph, Map<Tensor, Tensor> gradients) {
        Walk walk = new Walk(graph, gradients);
        walk.visit(graph, false);
        return List.copyOf(walk.found);
    }

    private static final class Walk {
        private final Map<Tensor, List<Tensor>> differentiated = new HashMap<>();
        private final Map<Tensor, String> names = new HashMap<>();
        private final TensorNames free = new TensorNames();
        private final Tensor loss;
        private final List<NamedTensor> found = new ArrayList<>();

        Walk(Graph graph, Map<Tensor, Tensor> gradients) {
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

        void visit(Graph graph, boolean isInside) {
            for (Node node : graph.nodes()) {
                if (node.op() instanceof Call call) {
                    visit(call.function().body(), true);
                }
                for (int output = 0; output < node.types().size(); output++) {
                    visit(node, output, isInside);
                }
            }
        }

        private void visit(Node node, int output, boolean isInside) {
            Tensor tensor = node.output(output);
            List<Tensor> gradientOf = differentiated.getOrDefault(tensor, List.of());
            if (gradientOf.isEmpty()) {
                String name = tensor.equals(loss) ? free.ofLoss() : free.of(node, output);
                names.put(tensor, name);
                found.add(new NamedTensor(name, tensor, isInside));
            }
            for (Tensor variable : gradientOf) {
                found.add(new NamedTensor(free.ofGradient(names.get(variable)), tensor, isInside));
            }
        }
    }
}
