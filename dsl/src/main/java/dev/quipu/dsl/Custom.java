package dev.quipu.dsl;

import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import java.util.ArrayList;
import java.util.Arrays;
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

    public static Custom of(String name, Forward forward, Backward backward) {
        if (!name.matches("[A-Za-z_][A-Za-z_0-9]*")) {
            throw new QuipuException("custom op: expected a name of letters, digits and '_', found '" + name + "'");
        }
        return new Custom(name, forward, backward);
    }

    /** Applies the op. All inputs are f32. */
    public Tensor apply(Tensor... inputs) {
        List<Type> types = Arrays.stream(inputs).map(Tensor::type).toList();
        Function backwardFunction = traceBackward(types);
        List<Tensor> arguments = arguments(types);
        Graph body = body(name, arguments, List.of(forward.of(arguments)));
        return Tensor.apply(new Call(new Function(name, types, body, Optional.of(backwardFunction))), inputs)
                .output(0);
    }

    private Function traceBackward(List<Type> types) {
        Type outputType = forward.of(arguments(types)).type();
        List<Type> all = new ArrayList<>(types);
        all.add(outputType);
        all.add(outputType);
        List<Tensor> arguments = arguments(all);
        int count = types.size();
        List<Tensor> gradients =
                backward.of(arguments.subList(0, count), arguments.get(count), arguments.get(count + 1));
        String backwardName = name + "_backward";
        if (gradients.size() != count) {
            throw QuipuException.of(count + " gradients", "" + gradients.size(), backwardName, "one for each input");
        }
        for (int i = 0; i < count; i++) {
            if (!gradients.get(i).shape().sameSizes(types.get(i).shape())) {
                throw QuipuException.of(
                        "a gradient of shape " + types.get(i).shape() + " for input " + i,
                        gradients.get(i).type().toString(),
                        backwardName,
                        "sumTo sums repeated axes");
            }
        }
        return new Function(backwardName, all, body(backwardName, arguments, gradients), Optional.empty());
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
                throw new QuipuException("custom op " + name + ": it reads a tensor " + node.types()
                        + " from outside; pass it to apply as an input");
            }
        }
        return graph;
    }
}
