package dev.quipu.compiler.precision;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Mixed precision (Micikevicius et al. 2018) as nodes of the graph: matrix products and attention, forward and backward, read
 * bf16 and give f32.
 *
 * <pre>
 * %3 = rmsNorm(%1, %2)                   %3 = rmsNorm(%1, %2)
 *                                        %4 = cast(%3, dtype=bf16)
 *                                        %6 = cast(%5, dtype=bf16)     once for %5, whoever reads it
 * %9 = matMul(%3, %5)                    %9 = matMul(%4, %6)
 * </pre>
 *
 * <p>A tensor is cast where it is made, so that the cast runs in the kernel that makes it, and the f32 is not stored unless
 * somebody else reads it; a weight or an input is cast by its first reader, for all. Views are taken of what was cast. A weight
 * that is stored as bf16 or int8 stays as it is: products round what they widen of int8. Weights in state, sums into gradients,
 * norms, softmax and the loss stay f32. Attention over a cache reads the cache's own f32.
 */
public final class ProductInputs {
    /** Where the casts of computed tensors belong. */
    private final Map<Tensor, Site> casts;
    /** By tensor of the new graph, its like in bf16. */
    private final Map<Tensor, Tensor> rounded = new HashMap<>();

    private ProductInputs(Map<Tensor, Site> casts) {
        this.casts = casts;
    }

    /** A graph with what {@code precision} asks for: casts to bf16, or nothing. */
    public static Graph of(Graph simple, Precision precision) {
        return switch (precision) {
            case F32, TF32 -> simple;
            case BF16 -> Rewrite.replay(simple, new ProductInputs(casts(simple))::rewrite);
        };
    }

    private static Map<Tensor, Site> casts(Graph graph) {
        Map<Tensor, Site> casts = new LinkedHashMap<>();
        for (Node reader : graph.nodes()) {
            for (int factor : factors(reader)) {
                Tensor origin = Views.origin(reader.inputs().get(factor));
                if (origin.type().dtype() == DType.F32 && !isSource(origin.node())) {
                    casts.computeIfAbsent(origin, made -> site(made.node().site(), reader.site()));
                }
            }
        }
        return casts;
    }

    /** The numbers of the inputs that are multiplied with each other. */
    private static List<Integer> factors(Node node) {
        return switch (node.op()) {
            case MatMul product -> List.of(0, 1);
            case Attention attention -> List.of(0, 1, 2);
            // the log-sum-exp, input 4, is a statistic
            case AttentionBackward attention -> List.of(0, 1, 2, 3, 5);
            default -> List.of();
        };
    }

    private static boolean isSource(Node node) {
        return node.op() instanceof ReadState || node.op() instanceof Input;
    }

    /**
     * In the pass and the layer that make the tensor. Between two elements of a list the cast belongs to the one that reads, so
     * that the first and the last element look like the others.
     */
    private static Site site(Site made, Site reader) {
        boolean inside = RepeatedBlocks.element(made.layer()).equals(RepeatedBlocks.element(reader.layer()));
        return inside ? made : reader.withPass(made.pass());
    }

    private List<Tensor> rewrite(Node node, List<Tensor> inputs) {
        List<Tensor> read = new ArrayList<>(inputs);
        factors(node).forEach(factor -> read.set(factor, rounded(inputs.get(factor), node.site())));
        Node kept = Rewrite.keep(node, read);
        IntStream.range(0, node.types().size()).forEach(output -> {
            Site site = casts.get(node.output(output));
            if (site != null) {
                rounded.put(kept.output(output), cast(kept.output(output), site));
            }
        });
        return Rewrite.outputs(kept);
    }

    private static Tensor cast(Tensor tensor, Site site) {
        return Node.of(new Cast(DType.BF16), List.of(tensor), site).output(0);
    }

    /** A tensor in bf16: its cast, or a view of its origin's; what is stored in fewer bits than f32 itself. */
    private Tensor rounded(Tensor tensor, Site reader) {
        if (tensor.type().dtype() != DType.F32) {
            return tensor;
        }
        Tensor known = rounded.get(tensor);
        if (known == null) {
            known = Views.isView(tensor.node()) ? view(tensor.node(), reader) : cast(tensor, reader);
            rounded.put(tensor, known);
        }
        return known;
    }

    private Tensor view(Node view, Site reader) {
        return Rewrite.keep(view, List.of(rounded(view.inputs().getFirst(), reader)))
                .output(0);
    }
}
