package dev.quipu.dsl.text;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.ReadState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names for the tensors of a pass, by the model's declaration alone: the layer's path and the op, {@code
 * layers.0.attention.wq.matMul}, with a number from 2 on where a layer has several; a weight's is its path.
 */
public final class TensorNames {
    private static final String GRADIENT = ".gradient";

    private final Set<String> taken = new HashSet<>();

    /** By name, the last number that one like it was given. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /** A name for a value that a node computed. */
    public String of(Node node, int output) {
        String pass = switch (node.site().pass()) {
            case FORWARD -> "";
            case RECOMPUTED -> ".recomputed";
            case BACKWARD -> ".backward";
            case UPDATE -> ".update";
        };
        return free(base(node) + pass + (output == 0 ? "" : ".output" + output));
    }

    /** The name of the loss. */
    public String ofLoss() {
        return free(Traced.LOSS);
    }

    /** A name for the gradient of the loss with respect to a named tensor. */
    public String ofGradient(String name) {
        return free(name + GRADIENT);
    }

    private static String base(Node node) {
        String layer = node.site().layer();
        return switch (node.op()) {
            case ReadState read -> read.state();
            case Input input -> input.name();
            default -> (layer.isEmpty() ? "" : layer + ".") + node.op().mnemonic();
        };
    }

    private String free(String base) {
        String name = base;
        while (!taken.add(name)) {
            name = base + "." + numbers.merge(base, 2, (last, two) -> last + 1);
        }
        return name;
    }
}
