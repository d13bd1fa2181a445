package dev.quipu.compiler.cluster;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Pointwise;
import java.util.List;

/**
 * What a node costs. Products and attention count exactly; everything else by operations per element. Where the documents of a
 * row begin is not known before a program runs: attention counts as if each row were one document.
 */
public final class Costs {
    /** Floating-point operations a second: two cores of 16 lanes at about nine tenths of their peak. */
    public static final double FLOPS_PER_SECOND = 200e9;

    /** Bytes a second that two cores stream from and to memory. */
    public static final double BYTES_PER_SECOND = 20e9;

    /** What each launch costs, whatever it does. */
    public static final double SECONDS_PER_LAUNCH = 1e-6;

    private Costs() {}

    /**
     * Predicted time of one launch: the larger of the time to compute and the time to move data, and the launch itself. The
     * rates are declared, not measured, so that plans are the same on every machine.
     */
    public static double seconds(long flops, long bytes) {
        return Math.max(flops / FLOPS_PER_SECOND, bytes / BYTES_PER_SECOND) + SECONDS_PER_LAUNCH;
    }

    /** Floating-point operations of one node; a fused multiply-add counts as two. */
    public static long flops(Node node) {
        return switch (node.op()) {
            case MatMul matMul -> {
                Shape left = node.inputs().getFirst().shape();
                int depth = left.size(matMul.transposeLeft() ? -2 : -1);
                yield 2L * depth * node.types().getFirst().shape().elements();
            }
            // forward: scores and outputs; backward: scores again, and four more products of the same size
            case Attention attention -> 2 * attentionProduct(node.inputs(), attention.window(), 0);
            case AttentionBackward attention -> 5 * attentionProduct(node.inputs(), attention.window(), 0);
            case CachedAttention attention -> {
                Shape keys = node.inputs().get(1).shape();
                int before = keys.size(1) - node.inputs().getFirst().shape().size(1);
                yield 2 * attentionProduct(node.inputs(), attention.window(), Math.max(0, before));
            }
            case Pointwise pointwise ->
                node.types().getFirst().shape().elements()
                        * operations(pointwise.formula().expression());
            default ->
                2
                        * node.inputs().stream()
                                .mapToLong(input -> input.shape().elements())
                                .max()
                                .orElse(0);
        };
    }

    /** 2 D per pair of a query and a key that it sees, over all batches and heads. */
    private static long attentionProduct(List<Tensor> inputs, int window, int before) {
        Shape queries = inputs.getFirst().shape();
        return 2 * visiblePairs(queries.size(1), window, before) * queries.size(0) * queries.size(2) * queries.size(3);
    }

    /**
     * Pairs of a query and a key that it sees, itself included, in one head of one sequence of one document.
     *
     * @param window how many keys a query sees at most; 0 for all
     * @param before keys in front of the first query
     */
    public static long visiblePairs(int queries, int window, int before) {
        long pairs = 0;
        for (int query = 0; query < queries; query++) {
            int visible = before + query + 1;
            pairs += window == 0 ? visible : Math.min(window, visible);
        }
        return pairs;
    }

    /** Operators, functions and comparisons of a formula. */
    public static long operations(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> 0;
            case Expression.Name name -> 0;
            case Expression.Apply apply -> 1 + operations(apply.argument());
            case Expression.Binary binary -> 1 + operations(binary.left()) + operations(binary.right());
            case Expression.Select select ->
                1
                        + operations(select.left())
                        + operations(select.right())
                        + operations(select.then())
                        + operations(select.otherwise());
        };
    }
}
