package dev.quipu.runtime.training;

import dev.quipu.compiler.cluster.Costs;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.MatMul;

/**
 * Floating-point operations that training asks of any implementation, after Chowdhery et al. 2022 (PaLM), appendix B: for each
 * token {@code 6 N + 12 L H D C}, where N counts the weights that take part in matrix products, L H D are layers, heads and the
 * size of a head, and C is how many keys a query sees on average: {@code (T + 1) / 2} under a causal mask, fewer under a
 * window. (PaLM has the whole T there.) Each product costs two operations per multiply-add, and three times its forward
 * cost in all, because the backward pass has two products for each; recomputation, norms and pointwise work do not count.
 */
public final class ModelFlops {
    private static final int FORWARD_AND_BACKWARD = 3;

    private ModelFlops() {}

    /** Operations per token of training on sequences of a length. */
    public static double perToken(Model model, int sequence) {
        Graph graph = Traced.logits(model, 1, sequence).graph();
        return (double) FORWARD_AND_BACKWARD * forward(graph) / sequence;
    }

    private static long forward(Graph graph) {
        return graph.nodes().stream()
                .mapToLong(node -> switch (node.op()) {
                    case MatMul product -> Costs.flops(node);
                    case Attention attention -> Costs.flops(node);
                    case Call call -> forward(call.function().body());
                    default -> 0;
                })
                .sum();
    }
}
