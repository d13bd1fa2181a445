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
import dev.quipu.runtime.buffer.Buffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Floating-point operations that training asks of any implementation, after Chowdhery et al. 2022 (PaLM), appendix B: for each
 * token {@code 6 N + 12 L H D C}, where N counts the weights that take part in matrix products, L H D are layers, heads and the
 * size of a head, and C is how many keys a query sees on average: {@code (T + 1) / 2} under a causal mask, fewer under a
 * window, or where documents of one row do not see each other. (PaLM has the whole T there.) Each product costs two operations
 * per multiply-add, and its forward cost once more for each of its inputs that depends on a trained parameter: three times in
 * all, except around frozen weights. Recomputation, norms and pointwise work do not count.
 */
public final class ModelFlops {
    private final int sequence;
    private final Set<Node> trained = new HashSet<>();
    /** Of a whole row. */
    private long products;

    /** For each window, what all attention with that window costs for one pair of a query and a key that it sees. */
    private final Map<Integer, Long> attention = new HashMap<>();

    private ModelFlops(Model model, int sequence) {
        this.sequence = sequence;
        Traced traced = Traced.logits(model, 1, sequence);
        for (Node node : traced.graph().nodes()) {
            boolean parameter = node.op() instanceof ReadState read
                    && traced.parameters().get(read.state()).trainable();
            if (parameter || node.inputs().stream().anyMatch(this::isTrained)) {
                trained.add(node);
            }
            add(node, factor(node));
        }
    }

    /** Of training on rows of a length. */
    public static ModelFlops of(Model model, int sequence) {
        return new ModelFlops(model, sequence);
    }

    /** Operations per token of training on rows of a length, each of them one document. */
    public static double perToken(Model model, int sequence) {
        return of(model, sequence).perToken();
    }

    /** Operations per token where each row is one document. */
    public double perToken() {
        long row = products;
        for (Map.Entry<Integer, Long> perPair : attention.entrySet()) {
            row += perPair.getValue() * Costs.visiblePairs(sequence, perPair.getKey(), 0);
        }
        return (double) row / sequence;
    }

    /**
     * Operations of training on rows of separate documents: pairs in different documents cost nothing.
     *
     * @param starts i32[rows, sequence], the place at which each token's document begins
     */
    public double ofSeparate(Buffer starts) {
        double all = (double) products * starts.length() / sequence;
        for (Map.Entry<Integer, Long> perPair : attention.entrySet()) {
            all += (double) perPair.getValue() * visiblePairs(starts, perPair.getKey());
        }
        return all;
    }

    private long visiblePairs(Buffer starts, int window) {
        long pairs = 0;
        for (long i = 0; i < starts.length(); i++) {
            int visible = (int) (i % sequence) - starts.getInt(i) + 1;
            pairs += window == 0 ? visible : Math.min(window, visible);
        }
        return pairs;
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

    private void add(Node node, long factor) {
        switch (node.op()) {
            case MatMul product -> products += factor * Costs.flops(node);
            case Attention op -> {
                long perPair = Costs.flops(node) / Costs.visiblePairs(sequence, op.window(), 0);
                attention.merge(op.window(), factor * perPair, Long::sum);
            }
            case Call call -> call.function().body().nodes().forEach(inner -> add(inner, factor));
            default -> {}
        }
    }
}
