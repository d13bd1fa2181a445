package dev.quipu.runtime.probe;

import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.runtime.device.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tensors of a forward pass in double precision. A tensor's name is its layer's path and its op, {@code
 * layers.0.attention.wq.matMul}, with a number where a layer has several; a weight's is its path.
 *
 * @param tensors in the order of the graph
 */
public record Probe(List<Tensor> tensors) {
    /**
     * One tensor.
     *
     * @param line the user's line that made it
     */
    public record Tensor(String name, String line, Statistics statistics) {}

    public Probe {
        tensors = List.copyOf(tensors);
    }

    /** Runs the model on tokens. */
    public static Probe of(Model model, State state, int[] tokens) {
        Traced traced = Traced.logits(model, 1, tokens.length);
        Map<String, Array> weights = new HashMap<>();
        traced.parameters()
                .forEach((name, parameter) -> weights.put(
                        name,
                        Array.of(
                                new Type(DType.F32, parameter.shape()),
                                state.get(name).toFloats())));
        Type ids = Type.i32(Dim.batch(1), Dim.sequence(tokens.length));
        Map<String, Array> inputs = Map.of(Traced.TOKENS, Array.of(ids, place -> tokens[place]));
        List<Tensor> tensors = new ArrayList<>();
        Map<String, Integer> taken = new HashMap<>();
        new Reference(weights).trace(traced.graph(), inputs, (node, output, value) -> {
            String base = output == 0 ? name(node) : name(node) + ".output" + output;
            int number = taken.merge(base, 1, Integer::sum);
            tensors.add(new Tensor(
                    number == 1 ? base : base + "." + number,
                    node.site().origin().toString(),
                    Statistics.of(value)));
        });
        return new Probe(tensors);
    }

    private static String name(Node node) {
        String layer = node.site().layer();
        return switch (node.op()) {
            case ReadState read -> read.state();
            case Input input -> input.name();
            default -> (layer.isEmpty() ? "" : layer + ".") + node.op().mnemonic();
        };
    }

    /** The first tensor that holds a value that is not finite. */
    public Optional<Tensor> firstNotFinite() {
        return tensors.stream()
                .filter(tensor -> tensor.statistics().notFinite() > 0)
                .findFirst();
    }
}
