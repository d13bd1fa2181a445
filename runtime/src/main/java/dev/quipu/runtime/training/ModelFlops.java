package dev.quipu.runtime.training;

import dev.quipu.compiler.cluster.Costs;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import java.util.HashSet;
import java.util.Set;

/**
 * Floating-point operations that training asks of any implementation, after Chowdhery et al. 2022 (PaLM), appendix B: for each
 * token {@code 6 N + 12 L H D C}, where N counts the weights that take part in matrix products, L H D are layers, heads and the
 * size of a head, and C is how many keys a query sees on average: {@code (T + 1) / 2} under a causal mask, fewer under a
 * window. (PaLM has the whole T there.) Each product costs two operations per multiply-add, and its forward cost once more for
 * each of its inputs that depends on a trained parameter: three times in all, except around frozen weights. Recomputation, norms
 * and pointwise work do not count.
 */
public final class ModelFlops {
    private final Set<Node> trained = new HashSet<>();

    private ModelFlops() {}

    /** Operations per token of training on sequences of a length. */
    public static double perToken(Model model, int sequence) {
        Traced traced = Traced.logits(model, 1, sequence);
        return (double) new ModelFlops().all(traced) / sequence;
    }

    private long all(Traced traced) {
        long all = 0;
        for (Node node : traced.graph().nodes()) {
            boolean parameter = node.op() instanceof ReadState read
                    && traced.parameters().get(read.state()).trainable();
            if (parameter || node.inputs().stream().anyMatch(this::isTrained)) {
                trained.add(node);
            }
            all += factor(node) * forward(node);
        }
        return all;
    }

    private boolean isTrained(Tensor tensor) {
        return trained.contains(tensor.node());
    }

    /** The forward pass is one; a product's gradients are one for each input, attention's are two together. */
    private long factor(Node node) {
        if (node.op() instanceof MatMul) {
            return 1 + node.inputs().stream().filter(this::isTrained).count();
        }
        return trained.contains(node) ? 3 : 1;
    }

    private static long forward(Node node) {
        return switch (node.op()) {
            case MatMul product -> Costs.flops(node);
            case Attention attention -> Costs.flops(node);
            case Call call ->
                call.function().body().nodes().stream()
                        .mapToLong(ModelFlops::forward)
                        .sum();
            default -> 0;
        };
    }
}
