package dev.quipu.compiler.autodiff;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.formula.Derivative;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.Differentiable;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The backward rule of every differentiable op, on one page: from the gradient g of the loss with respect to an op's first
 * output to the gradients with respect to its inputs, null for inputs that have none (integers, constants). A rule's formulas
 * name what it needs: inputs, outputs, saved statistics.
 */
final class BackwardRules {
    /** By formula: every layer has the same few. */
    private static final Map<Formula, List<Optional<Formula>>> CHAINS = new ConcurrentHashMap<>();

    private BackwardRules() {}

    static List<Tensor> gradients(Differentiable op, Node node, Tensor g) {
        List<Tensor> in = node.inputs();
        return switch (op) {
            // out[i] = table[ids[i]], so each table row collects the gradients of its places
            case Embedding embedding -> {
                Tensor table = in.get(0);
                EmbeddingBackward scatter = new EmbeddingBackward(table.shape().dim(0));
                yield Arrays.asList(Tensor.apply(scatter, in.get(1), g).output(0), null);
            }
            case MatMul matMul -> matMul(matMul, node, g);
            case Pointwise pointwise -> pointwise(pointwise.formula(), in, g);
            case RmsNorm norm -> rmsNorm(in.get(0), in.get(1), node.output(1), g);
            case LayerNorm norm -> layerNorm(in.get(0), in.get(1), node.output(1), node.output(2), g);
            // y_i = e_i / s: dx = y * (g - sum(g * y))
            case Softmax softmax -> {
                Tensor y = node.output(0);
                Tensor dot = Tensor.formula("g * y", g, y).sum(-1);
                yield List.of(Tensor.formula("y * (g - dot)", y, g, dot));
            }
            // a rotation: its transpose turns the other way
            case Rope rope -> {
                Tensor[] inputs = in.toArray(Tensor[]::new);
                inputs[0] = g;
                List<Tensor> gradients = new ArrayList<>(Collections.nCopies(in.size(), null));
                gradients.set(0, Tensor.apply(new Rope(!rope.inverse()), inputs).output(0));
                yield gradients;
            }
            // Dao et al. 2022, section 3: from the log-sum-exp alone, scores recomputed tile by tile
            case Attention attention -> {
                List<Tensor> needs = new ArrayList<>(in.subList(0, 3));
                DType read = in.getFirst().type().dtype();
                needs.addAll(List.of(node.output(0).cast(read), node.output(1), g.cast(read)));
                needs.addAll(in.subList(3, in.size()));
                Node backward = Tensor.apply(
                        new AttentionBackward(attention.window(), attention.scale()), needs.toArray(Tensor[]::new));
                List<Tensor> gradients = new ArrayList<>(Collections.nCopies(in.size(), null));
                for (int i = 0; i < 3; i++) {
                    gradients.set(i, backward.output(i));
                }
                yield gradients;
            }
            // d logsumexp(x) - x[t] = softmax(x) - onehot(t)
            case CrossEntropy crossEntropy ->
                Arrays.asList(
                        Tensor.apply(new CrossEntropyBackward(), in.get(0), in.get(1), node.output(1), g)
                                .output(0),
                        null);
            case Reshape reshape -> List.of(g.reshape(in.getFirst().shape()));
            case Broadcast broadcast -> List.of(g.sumTo(in.getFirst().shape()));
            case Transpose transpose ->
                List.of(Tensor.apply(transpose.inverse(), g).output(0));
            case Slice slice -> {
                int after = in.getFirst().shape().size(slice.axis()) - slice.start() - slice.length();
                yield List.of(g.pad(slice.axis(), slice.start(), after));
            }
            case Pad pad ->
                List.of(g.slice(pad.axis(), pad.before(), in.getFirst().shape().size(pad.axis())));
            case Concat concat -> concat(concat.axis(), in, g);
            case Sum sum -> List.of(g.broadcastTo(in.getFirst().shape()));
            case Cast cast ->
                // rounding is taken for the identity: the gradient passes as f32
                Collections.singletonList(cast.dtype().isReal() && isReal(in.getFirst()) ? g : null);
            // the user's own rule: arguments, results, and the gradient
            case Call call -> {
                Tensor[] arguments =
                        Stream.concat(in.stream(), Stream.of(node.output(0), g)).toArray(Tensor[]::new);
                Node backward = Tensor.apply(new Call(call.function().backward().orElseThrow()), arguments);
                List<Tensor> gradients = new ArrayList<>();
                for (int i = 0; i < in.size(); i++) {
                    gradients.add(backward.output(i));
                }
                yield gradients;
            }
        };
    }

    /** Whether {@link #gradients} gives one for an input, known without making it. */
    static boolean reaches(Differentiable op, Node node, int input) {
        return switch (op) {
            case Embedding _, CrossEntropy _, Rope _ -> input == 0;
            case Attention _ -> input < 3;
            case Pointwise(Formula formula) -> chains(formula).get(input).isPresent();
            case Cast cast -> cast.dtype().isReal() && isReal(node.inputs().get(input));
            case Concat _ -> isReal(node.inputs().get(input));
            case MatMul _, RmsNorm _, LayerNorm _, Softmax _, Sum _, Call _ -> true;
            case Reshape _, Broadcast _, Transpose _, Slice _, Pad _ -> true;
        };
    }

    /**
     * C = A B: dA = g B^T and dB = A^T g, each stored the way its operand is, from factors of the operands' type. A right matrix
     * that serves all leading dimensions collects the gradients of all rows.
     */
    private static List<Tensor> matMul(MatMul op, Node node, Tensor gradient) {
        Tensor a = node.inputs().get(0);
        Tensor g = gradient.cast(a.type().dtype());
        Tensor b = node.inputs().get(1);
        boolean ta = op.transposeLeft();
        boolean tb = op.transposeRight();
        Tensor da = ta ? b.matmul(g, tb, true) : g.matmul(b, false, !tb);
        if (op.isLinear(List.of(a.type(), b.type()))) {
            Tensor rows = a.flattenRows();
            Tensor gradients = g.flattenRows();
            return List.of(da, tb ? gradients.matmul(rows, true, false) : rows.matmul(gradients, true, false));
        }
        return List.of(da, tb ? g.matmul(a, true, ta) : a.matmul(g, !ta, false));
    }

    /** The chain rule, input by input; what broadcasting repeated is summed. */
    private static List<Tensor> pointwise(Formula formula, List<Tensor> in, Tensor g) {
        List<Optional<Formula>> chains = chains(formula);
        List<Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            if (chains.get(i).isEmpty()) {
                gradients.add(null);
                continue;
            }
            Formula chain = chains.get(i).get();
            Tensor[] inputs = new Tensor[chain.names().size()];
            for (int j = 0; j < inputs.length; j++) {
                int input = formula.names().indexOf(chain.names().get(j));
                inputs[j] = input < 0 ? g : in.get(input);
            }
            Tensor full = chain.expression() instanceof Expression.Name ? g : Tensor.formula(chain, inputs);
            gradients.add(full.sumTo(in.get(i).shape()));
        }
        return gradients;
    }

    /** For each input of a formula the gradient times the partial derivative, empty where that is zero. */
    private static List<Optional<Formula>> chains(Formula formula) {
        return CHAINS.computeIfAbsent(formula, BackwardRules::findChains);
    }

    private static List<Optional<Formula>> findChains(Formula formula) {
        Expression gradient = new Expression.Name(unused("g", formula.names()));
        List<Optional<Formula>> chains = new ArrayList<>();
        for (String name : formula.names()) {
            Expression partial = Derivative.of(formula.expression(), name);
            boolean zero = partial.equals(new Expression.Literal(0));
            chains.add(zero ? Optional.empty() : Optional.of(new Formula(Derivative.times(gradient, partial))));
        }
        return List.copyOf(chains);
    }

    /**
     * y = x r w, r = (mean(x^2) + epsilon)^(-1/2), so dr/dx_j = -r^3 x_j / C and
     * dx = r (g w - x r^2 mean(g w x)), dw = sum over rows of g x r.
     */
    private static List<Tensor> rmsNorm(Tensor x, Tensor weight, Tensor r, Tensor g) {
        Tensor mean = Tensor.formula("g * weight * x", g, weight, x).meanLast();
        Tensor dx = Tensor.formula("r * (g * weight - x * (r * r * mean))", r, g, weight, x, mean);
        Tensor dw = Tensor.formula("g * x * r", g, x, r).sumTo(weight.shape());
        return List.of(dx, dw);
    }

    /**
     * With n = (x - mean) r: dx = r (g w - mean(g w) - n mean(g w n)), dw = sum of g n, db = sum of g.
     */
    private static List<Tensor> layerNorm(Tensor x, Tensor weight, Tensor mean, Tensor r, Tensor g) {
        Tensor first = Tensor.formula("g * weight", g, weight).meanLast();
        Tensor second = Tensor.formula("g * weight * ((x - mean) * r)", g, weight, x, mean, r)
                .meanLast();
        Tensor dx = Tensor.formula(
                "r * (g * weight - first - (x - mean) * r * second)", r, g, weight, first, x, mean, second);
        Tensor dw = Tensor.formula("g * ((x - mean) * r)", g, x, mean, r).sumTo(weight.shape());
        Shape bias = weight.shape();
        return List.of(dx, dw, g.sumTo(bias));
    }

    private static List<Tensor> concat(int axis, List<Tensor> in, Tensor g) {
        List<Tensor> gradients = new ArrayList<>();
        int start = 0;
        for (Tensor part : in) {
            int length = part.shape().size(axis);
            gradients.add(isReal(part) ? g.slice(axis, start, length) : null);
            start += length;
        }
        return gradients;
    }

    private static boolean isReal(Tensor tensor) {
        return tensor.type().dtype().isReal();
    }

    private static String unused(String name, List<String> taken) {
        return taken.contains(name) ? unused(name + "_", taken) : name;
    }
}
