package dev.quipu.dsl;

import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A piece of DSL with a backward rule of its own, also in DSL. Both are traced into named functions; the graph shows a call.
 * Parameters come in as inputs: {@code custom.apply(x, weight.tensor())}.
 */
public final class Custom {
    /** The forward computation. */
    @FunctionalInterface
    public interface Forward {
        Tensor of(List<Tensor> inputs);
    }

    /** The backward rule: one gradient for each input, of the input's shape. */
    @FunctionalInterface
    public interface Backward {
        List<Tensor> of(List<Tensor> inputs, Tensor output, Tensor gradient);
    }

    private final String name;
    private final Forward forward;
    private final Backward backward;

    private Custom(String name, Forward forward, Backward backward) {
        this.name = name;
        this.forward = forward;
        this.backward = backward;
    }

    /** A custom op; the name, an identifier, shows in graphs and kernels. */
    public static Custom of(String name, Forward forward, Backward backward) {
        if (!name.matches("[A-Za-z_][A-Za-z_0-9]*")) {
            throw new QuipuException("custom op: expected a name of letters, digits and '_', found '" + name + "'");
        }
        return new Custom(name, forward, backward);
    }

    /**
     * Applies the op. All inputs and the output are f32.
     *
     * @throws QuipuException when the rule does not give one fitting gradient for each input, or when either piece reads a
     *     tensor that is not among its inputs
     */
    public Tensor apply(Tensor... inputs) {
        List<Type> types = Arrays.stream(inputs).map(Tensor::type).toList();
        types.forEach(type -> requireNumbers(name, "inputs", type));
        List<Tensor> arguments = arguments(types);
        Tensor output = forward.of(arguments);
        requireNumbers(name, "an output", output == null ? null : output.type());
        Function backwardFunction = traceBackward(types, output.type());
        Graph body = body(name, arguments, List.of(output));
        return Tensor.apply(new Call(new Function(name, types, body, Optional.of(backwardFunction))), inputs)
                .output(0);
    }

    private Function traceBackward(List<Type> types, Type outputType) {
        List<Type> all = new ArrayList<>(types);
        all.add(outputType);
        all.add(outputType);
        List<Tensor> arguments = arguments(all);
        int count = types.size();
        List<Tensor> gradients =
                backward.of(arguments.subList(0, count), arguments.get(count), arguments.get(count + 1));
        String backwardName = name + "_backward";
        if (gradients == null || gradients.size() != count) {
            String found = gradients == null ? "null" : Integer.toString(gradients.size());
            throw QuipuException.of(
                    count + (count == 1 ? " gradient" : " gradients"),
                    found,
                    where(backwardName),
                    "one for each input");
        }
        for (int i = 0; i < count; i++) {
            Tensor gradient = gradients.get(i);
            requireNumbers(backwardName, "gradients", gradient == null ? null : gradient.type());
            if (!gradient.shape().sameSizes(types.get(i).shape())) {
                throw QuipuException.of(
                        "a gradient of shape " + types.get(i).shape() + " for input " + i,
                        gradient.type().toString(),
                        where(backwardName),
                        "sumTo sums repeated axes");
            }
        }
        return new Function(backwardName, all, body(backwardName, arguments, gradients), Optional.empty());
    }

    private static void requireNumbers(String name, String what, Type type) {
        if (type == null || type.dtype() != DType.F32) {
            throw QuipuException.of(what + " of type f32", String.valueOf(type), where(name), "");
        }
    }

    private static String where(String name) {
        return "custom op " + name + " " + Trace.site();
    }

    private static List<Tensor> arguments(List<Type> types) {
        List<Tensor> arguments = new ArrayList<>();
        for (Type type : types) {
            arguments.add(Tensor.input(Integer.toString(arguments.size()), type));
        }
        return arguments;
    }

    private static Graph body(String name, List<Tensor> arguments, List<Tensor> results) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        results.forEach(result -> named.put(Integer.toString(named.size()), result));
        Graph graph = Graph.of(name, named, List.of());
        for (Node node : graph.nodes()) {
            boolean foreign = node.op() instanceof ReadState
                    || (node.op() instanceof Input && !arguments.contains(node.output(0)));
            if (foreign) {
                throw QuipuException.of(
                        "a function of its inputs alone",
                        node.op().mnemonic() + " " + node.types() + " from outside",
                        where(name),
                        "pass it to apply as an input");
            }
        }
        return placeless(graph);
    }

    /** The same body without layers, so that the calls of one op in all layers share one function. */
    private static Graph placeless(Graph graph) {
        Map<Node, Node> copies = new HashMap<>();
        for (Node node : graph.nodes()) {
            List<Tensor> inputs = node.inputs().stream()
                    .map(input -> copies.get(input.node()).output(input.index()))
                    .toList();
            Site site = new Site("", node.site().origin(), node.site().pass());
            copies.put(node, Node.of(node.op(), inputs, site));
        }
        Map<String, Tensor> results = new LinkedHashMap<>();
        graph.results()
                .forEach((name, tensor) ->
                        results.put(name, copies.get(tensor.node()).output(tensor.index())));
        return Graph.of(graph.name(), results, List.of());
    }
}
