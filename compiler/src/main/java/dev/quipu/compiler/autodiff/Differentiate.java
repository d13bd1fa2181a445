package dev.quipu.compiler.autodiff;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Differentiable;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Terminal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reverse-mode differentiation: one walk from the loss to the inputs, a {@link BackwardRules rule} per node. */
public final class Differentiate {
    private final Map<Tensor, Tensor> gradients = new HashMap<>();

    private Differentiate() {}

    /** The joint graph of a loss: it adds the gradient of every trainable parameter to the state that collects it. */
    public static Differentiated of(Traced traced) {
        Graph forward = traced.graph();
        Tensor loss = forward.results().get(Traced.LOSS);
        Map<String, Tensor> weights = trainable(forward, traced.parameters());
        Map<Tensor, Tensor> gradients = gradients(forward, loss, weights.values());
        List<Node> effects = new ArrayList<>();
        List<String> trained = new ArrayList<>();
        weights.forEach((name, weight) -> {
            Tensor gradient = gradients.get(weight);
            if (gradient != null) {
                trained.add(name);
                Site site = gradient.node().site();
                effects.add(Trace.at(
                        site, () -> Tensor.apply(new AccumulateState(Differentiated.gradientOf(name)), gradient)));
            }
        });
        return new Differentiated(Graph.of(forward.name(), forward.results(), effects), trained);
    }

    /** The parameters that {@link #of} adds a gradient for, in its order, found without making any. */
    public static List<String> trained(Traced traced) {
        Graph forward = traced.graph();
        Map<String, Tensor> weights = trainable(forward, traced.parameters());
        Set<Node> dependents = dependents(forward, new HashSet<>(weights.values()));
        Set<Tensor> reached = new HashSet<>();
        reached.add(forward.results().get(Traced.LOSS));
        for (Node node : forward.nodes().reversed()) {
            if (dependents.contains(node)
                    && node.op() instanceof Differentiable op
                    && reached.contains(node.output(0))) {
                for (int i = 0; i < node.inputs().size(); i++) {
                    if (BackwardRules.reaches(op, node, i)) {
                        reached.add(node.inputs().get(i));
                    }
                }
            }
        }
        List<String> trained = new ArrayList<>();
        weights.forEach((name, weight) -> {
            if (reached.contains(weight)) {
                trained.add(name);
            }
        });
        return trained;
    }

    /**
     * Gradients of a scalar with respect to tensors of its graph.
     *
     * @param loss one number
     * @return a gradient for each tensor on which the loss depends
     */
    public static Map<Tensor, Tensor> gradients(Graph graph, Tensor loss, Collection<Tensor> variables) {
        if (loss.shape().elements() != 1) {
            throw new AssertionError("a loss is one number, not " + loss.type());
        }
        Differentiate walk = new Differentiate();
        Set<Tensor> wanted = new HashSet<>(variables);
        walk.backward(graph, loss, dependents(graph, wanted));
        Map<Tensor, Tensor> found = new HashMap<>(walk.gradients);
        found.keySet().retainAll(wanted);
        return found;
    }

    private void backward(Graph graph, Tensor loss, Set<Node> dependents) {
        Site last = loss.node().site().withPass(Site.Pass.BACKWARD);
        Shape one = loss.shape();
        gradients.put(loss, Trace.at(last, () -> Tensor.constant(1, one.dims().toArray(Dim[]::new))));
        for (Node node : graph.nodes().reversed()) {
            if (!dependents.contains(node) || node.types().isEmpty() || !hasGradient(node)) {
                continue;
            }
            switch (node.op()) {
                case Differentiable op -> {
                    Site site = node.site().withPass(Site.Pass.BACKWARD);
                    Trace.at(site, () -> spread(op, node));
                }
                case Terminal source -> {}
            }
        }
    }

    private boolean hasGradient(Node node) {
        for (int i = 1; i < node.types().size(); i++) {
            if (gradients.containsKey(node.output(i))) {
                throw new AssertionError("a loss must not depend on the saved statistic " + i + " of " + node);
            }
        }
        return gradients.containsKey(node.output(0));
    }

    private Void spread(Differentiable op, Node node) {
        List<Tensor> found = BackwardRules.gradients(op, node, gradients.get(node.output(0)));
        for (int i = 0; i < found.size(); i++) {
            if (BackwardRules.reaches(op, node, i) != (found.get(i) != null)) {
                throw new AssertionError("the rule of " + node + " says otherwise whether it reaches input " + i);
            }
            if (found.get(i) != null) {
                gradients.merge(node.inputs().get(i), found.get(i), Tensor::plus);
            }
        }
        return null;
    }

    private static Map<String, Tensor> trainable(Graph graph, Map<String, Parameter> parameters) {
        Map<String, Tensor> reads = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof ReadState read) {
                reads.put(read.state(), node.output(0));
            }
        }
        Map<String, Tensor> trainable = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            if (parameter.trainable() && reads.containsKey(name)) {
                trainable.put(name, reads.get(name));
            }
        });
        return trainable;
    }

    /** Nodes on the way from the variables to anything. */
    private static Set<Node> dependents(Graph graph, Set<Tensor> variables) {
        Set<Node> dependents = new HashSet<>();
        for (Node node : graph.nodes()) {
            for (Tensor input : node.inputs()) {
                if (variables.contains(input) || dependents.contains(input.node())) {
                    dependents.add(node);
                    break;
                }
            }
        }
        return dependents;
    }
}
