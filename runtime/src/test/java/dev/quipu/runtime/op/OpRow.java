package dev.quipu.runtime.op;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Differentiable;
import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A row of the table of ops: one op, its inputs' types and values, and what must come out.
 *
 * @param maker applies the op to the leaves
 * @param gives the types that the shape rule must give, names of dimensions included
 * @param naive an independent computation of the op's outputs from the leaves, null where there is none
 * @param accuracy how far a device may be from the reference
 * @param step of finite differences, as a fraction of the leaves' root mean squares
 */
record OpRow(
        String name,
        Class<? extends Op> op,
        Maker maker,
        List<Leaf> leaves,
        List<Type> gives,
        Naive naive,
        Accuracy accuracy,
        double step) {
    /** Results of {@link #gradient}: the loss, the op's output, and gradients as {@code "gradient.LEAF"}. */
    static final String LOSS = "loss";

    static final String OUTPUT = "output";
    static final String GRADIENT = "gradient.";

    /** Input of {@link #gradient}: the loss is the output's elements weighted by these. */
    static final String WEIGHTS = "weights";

    @FunctionalInterface
    interface Maker {
        Node apply(Tensor... leaves);
    }

    @FunctionalInterface
    interface Naive {
        List<Array> outputs(List<Array> leaves);
    }

    static OpRow of(String name, Op op) {
        return of(name, op.getClass(), leaves -> Tensor.apply(op, leaves));
    }

    static OpRow of(String name, Class<? extends Op> op, Maker maker) {
        String title = op.getSimpleName() + ": " + name;
        return new OpRow(title, op, maker, List.of(), List.of(), null, Accuracy.OF_SUMS, 3e-5);
    }

    OpRow input(String leaf, String type, Values values) {
        return with(new Leaf(leaf, Leaf.type(type), values, false));
    }

    OpRow state(String leaf, String type, Values values) {
        return with(new Leaf(leaf, Leaf.type(type), values, true));
    }

    private OpRow with(Leaf leaf) {
        List<Leaf> more = new ArrayList<>(leaves);
        more.add(leaf);
        return new OpRow(name, op, maker, more, gives, naive, accuracy, step);
    }

    OpRow gives(String... types) {
        List<Type> outputs = Arrays.stream(types).map(Leaf::type).toList();
        return new OpRow(name, op, maker, leaves, outputs, naive, accuracy, step);
    }

    /** The same as an independent computation over the leaves. */
    OpRow like(Naive computation) {
        return new OpRow(name, op, maker, leaves, gives, computation, accuracy, step);
    }

    OpRow within(Accuracy limit) {
        return new OpRow(name, op, maker, leaves, gives, naive, limit, step);
    }

    /** For ops that are far from straight over 3e-5 of their arguments. */
    OpRow stepping(double fraction) {
        return new OpRow(name, op, maker, leaves, gives, naive, accuracy, fraction);
    }

    OpRow named(String title) {
        return new OpRow(title, op, maker, leaves, gives, naive, accuracy, step);
    }

    List<Array> leafArrays() {
        return leaves.stream().map(leaf -> leaf.array(name)).toList();
    }

    Node node() {
        return maker.apply(leaves.stream().map(Leaf::tensor).toArray(Tensor[]::new));
    }

    /** The op alone; its outputs are the results {@code "0", "1", ...}. */
    Example forward() {
        Node node = node();
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (int i = 0; i < node.types().size(); i++) {
            results.put(Integer.toString(i), node.output(i));
        }
        List<Node> effects = node.types().isEmpty() ? List.of(node) : List.of();
        return example(Graph.of("row", results, effects), Map.of());
    }

    /** The op with a loss behind it and gradients for all leaves that it has one for; empty where nothing is to differentiate. */
    Optional<Example> gradient() {
        Tensor[] tensors = leaves.stream().map(Leaf::tensor).toArray(Tensor[]::new);
        Node node = maker.apply(tensors);
        boolean differentiable = node.op() instanceof Differentiable
                && leaves.stream().anyMatch(Leaf::isNumber)
                && gives.getFirst().dtype() == DType.F32;
        if (!differentiable) {
            return Optional.empty();
        }
        Tensor output = node.output(0);
        Tensor loss = output.times(Tensor.input(WEIGHTS, output.type())).sumAll();
        Graph forward = Graph.of("row", Map.of(LOSS, loss), List.of());
        Map<Tensor, Tensor> gradients = Differentiate.gradients(forward, loss, List.of(tensors));
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put(LOSS, loss);
        results.put(OUTPUT, output);
        for (int i = 0; i < tensors.length; i++) {
            if (gradients.containsKey(tensors[i])) {
                results.put(GRADIENT + leaves.get(i).name(), gradients.get(tensors[i]));
            }
        }
        Array weights = Values.normal(1).array(output.type(), name.hashCode());
        return Optional.of(example(Graph.of("row_gradient", results, List.of()), Map.of(WEIGHTS, weights)));
    }

    private Example example(Graph graph, Map<String, Array> more) {
        Map<String, Array> inputs = new LinkedHashMap<>(more);
        Map<String, Array> state = new LinkedHashMap<>();
        leaves.forEach(leaf -> (leaf.state() ? state : inputs).put(leaf.name(), leaf.array(name)));
        return new Example(graph, inputs, state);
    }

    @Override
    public String toString() {
        return name;
    }
}
