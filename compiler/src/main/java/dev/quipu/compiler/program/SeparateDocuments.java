package dev.quipu.compiler.program;

import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Input;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps attention within documents, so that several of them can share a row without seeing each other: every attention of a
 * forward graph gets the input {@link Traced#STARTS}. The model's declaration stays as it is.
 *
 * <p>Positions are counted on from one document to the next. That is right because they go into RoPE alone, which turns a query
 * and a key by their places and leaves in their product only the difference of the places (Su et al. 2021, section 3.4.2); what
 * else could see a position is refused by {@link #check}.
 */
public final class SeparateDocuments {
    private final Tensor starts;
    private boolean found;

    private SeparateDocuments(Type tokens) {
        this.starts = Tensor.input(Traced.STARTS, tokens);
    }

    /**
     * Proves that documents in one row can only meet in attention.
     *
     * @param forward from tokens to logits, simplified
     * @throws QuipuException naming the node and line that mixes positions
     */
    public static void check(Graph forward) {
        forward.nodes().forEach(node -> Positions.check(node, "so that documents in one row stay apart"));
    }

    /**
     * The graph with attention kept within documents.
     *
     * @param forward up to the loss; what lies before the logits must have passed {@link #check}
     * @throws QuipuException if there is no attention, or one in a function with a backward rule of its own
     */
    public static Graph of(Graph forward) {
        SeparateDocuments pass = new SeparateDocuments(tokens(forward));
        Graph separate = Rewrite.replay(forward, pass::rewrite);
        if (!pass.found) {
            throw QuipuException.of(
                    "a model with attention to keep within documents",
                    "none",
                    forward.name(),
                    "train it on joined documents");
        }
        return separate;
    }

    private static Type tokens(Graph forward) {
        return forward.nodes().stream()
                .filter(node -> node.op() instanceof Input input && input.name().equals(Traced.TOKENS))
                .map(node -> node.types().getFirst())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no tokens in " + forward.name()));
    }

    private List<Tensor> rewrite(Node node, List<Tensor> inputs) {
        return switch (node.op()) {
            case Attention attention -> {
                List<Tensor> within = new ArrayList<>(inputs.subList(0, 3));
                within.add(starts);
                found = true;
                yield Rewrite.outputs(Node.of(attention, within, node.site()));
            }
            case Call call -> {
                refuseAttention(call, node);
                yield Rewrite.outputs(Rewrite.keep(node, inputs));
            }
            default -> Rewrite.outputs(Rewrite.keep(node, inputs));
        };
    }

    /** The user's own backward rule is written for what the function is now. */
    private static void refuseAttention(Call call, Node node) {
        for (Node inner : call.function().body().nodes()) {
            if (inner.op() instanceof Attention) {
                throw QuipuException.of(
                        "attention outside of custom functions, so that documents in one row stay apart",
                        "attention in " + call.function().name(),
                        node.site().toString(),
                        "move it out of the function, or train on joined documents");
            }
            if (inner.op() instanceof Call nested) {
                refuseAttention(nested, node);
            }
        }
    }
}
