package dev.quipu.runtime.probe;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.ReadState;
import java.util.LinkedHashSet;
import java.util.Set;

/** The tensors of a forward graph that training sends gradients through: trainable parameters, and all that depends on them. */
final class TrainedTensors {
    private TrainedTensors() {}

    /** @throws QuipuException if all parameters are frozen */
    static Set<Tensor> of(Traced traced) {
        Set<Tensor> found = new LinkedHashSet<>();
        for (Node node : traced.graph().nodes()) {
            boolean depends =
                    isTrainable(node, traced) || node.inputs().stream().anyMatch(found::contains);
            // Other outputs are statistics saved for the backward rules; nothing is differentiated with respect to
            // them.
            if (depends && !node.types().isEmpty() && node.types().getFirst().dtype() == DType.F32) {
                found.add(node.output(0));
            }
        }
        if (found.isEmpty()) {
            throw QuipuException.of("a trainable parameter", "only frozen ones", "gradient", "probe the forward pass");
        }
        return found;
    }

    private static boolean isTrainable(Node node, Traced traced) {
        Parameter parameter =
                node.op() instanceof ReadState read ? traced.parameters().get(read.state()) : null;
        return parameter != null && parameter.trainable();
    }
}
