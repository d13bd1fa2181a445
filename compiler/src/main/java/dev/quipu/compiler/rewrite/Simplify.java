package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Makes a graph smaller and its forms fewer without changing what it computes: calls become bodies, sums run over either the
 * last axis or the leading ones, constants move into formulas, equal nodes merge, sums go into state term by term, dead nodes
 * go.
 */
public final class Simplify {
    private Simplify() {}

    public static Graph of(Graph graph) {
        Graph simpler = Rewrite.replayIfAny(graph, Simplify::canBeSimpler, Simplify::simpler);
        Map<Key, Node> known = new HashMap<>();
        Graph merged = Rewrite.replay(simpler, (node, inputs) -> merge(known, node, inputs));
        return copySources(addTerms(merged));
    }

    /** A sum that only goes into state is added to it term by term, so that no term waits in memory for the others. */
    private static Graph addTerms(Graph graph) {
        if (graph.effects().stream().noneMatch(effect -> effect.op() instanceof AccumulateState)) {
            return graph;
        }
        Map<Tensor, List<Node>> readers = graph.readers();
        Map<Node, Integer> positions = new HashMap<>();
        List<Node> effects = new ArrayList<>();
        for (Node effect : graph.effects()) {
            List<Tensor> terms = new ArrayList<>();
            if (effect.op() instanceof AccumulateState) {
                collectTerms(graph, readers, effect.inputs().getFirst(), terms);
            }
            if (terms.size() < 2) {
                effects.add(effect);
                continue;
            }
            if (positions.isEmpty()) {
                positions.putAll(graph.positions());
            }
            terms.sort(Comparator.comparing(term -> positions.get(term.node())));
            terms.forEach(term ->
                    effects.add(Node.of(effect.op(), List.of(term), term.node().site())));
        }
        return effects.equals(graph.effects()) ? graph : Graph.of(graph.name(), graph.results(), effects);
    }

    private static void collectTerms(Graph graph, Map<Tensor, List<Node>> readers, Tensor value, List<Tensor> terms) {
        boolean onlyAdded = readers.get(value).size() == 1 && !graph.results().containsValue(value);
        if (onlyAdded && isSum(value)) {
            for (Tensor term : value.node().inputs()) {
                collectTerms(graph, readers, term, terms);
            }
        } else {
            terms.add(value);
        }
    }

    /** Whether two different tensors are added element by element. */
    private static boolean isSum(Tensor tensor) {
        return tensor.node().op() instanceof Pointwise(Formula formula)
                && formula.expression() instanceof Expression.Binary binary
                && binary.operator() == Expression.Operator.PLUS
                && binary.left() instanceof Expression.Name
                && binary.right() instanceof Expression.Name
                && tensor.node().inputs().size() == 2
                && tensor.node().inputs().stream().allMatch(term -> term.shape().sameSizes(tensor.shape()));
    }

    /**
     * A result that is merely a view of an input, of state or of another result, or a part, becomes a copy: results have buffers
     * of their own.
     */
    private static Graph copySources(Graph graph) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        Set<Tensor> owned = new HashSet<>();
        graph.results().forEach((name, tensor) -> {
            Tensor root = Views.root(tensor);
            Op source = root.node().op();
            boolean borrowed = source instanceof Input || source instanceof ReadState || source instanceof RopeTable;
            boolean shared = borrowed || Views.isPart(tensor) || !owned.add(root);
            results.put(name, shared ? copy(tensor) : tensor);
        });
        List<Node> effects = graph.effects().stream().map(Simplify::copyState).toList();
        return results.equals(graph.results()) && effects.equals(graph.effects())
                ? graph
                : Graph.of(graph.name(), results, effects);
    }

    /** State that is written to other state is read first: two states that swap their values would wait for each other. */
    private static Node copyState(Node effect) {
        boolean moves = effect.types().isEmpty()
                && Views.origin(effect.inputs().getFirst()).node().op() instanceof ReadState;
        return moves ? Node.of(effect.op(), List.of(copy(effect.inputs().getFirst())), effect.site()) : effect;
    }

    private static Tensor copy(Tensor tensor) {
        return Node.of(
                        new Cast(tensor.type().dtype()),
                        List.of(tensor),
                        tensor.node().site())
                .output(0);
    }

    private static boolean canBeSimpler(Node node) {
        return node.op() instanceof Call
                || isNoRowsOrColumns(node)
                || readsConstant(node.op(), node.inputs())
                || isReshapeTooMany(node);
    }

    /** What becomes of one node by the rules that look at no more than it and what its inputs became. */
    private static List<Tensor> simpler(Node node, List<Tensor> inputs) {
        Op op = node.op();
        if (op instanceof Call call) {
            return body(call.function().body(), inputs, node.site());
        }
        if (op instanceof Sum sum && isNoRowsOrColumns(node)) {
            return Trace.at(node.site(), () -> List.of(sum(sum, inputs.getFirst())));
        }
        if (op instanceof Reshape(Shape shape) && isReshapeTooMany(shape, inputs.getFirst())) {
            return List.of(Trace.at(node.site(), () -> reshape(inputs.getFirst(), shape)));
        }
        return readsConstant(op, inputs) ? foldConstants(node, inputs) : Rewrite.outputs(Rewrite.keep(node, inputs));
    }

    /** A call becomes the body of its function, at the call's own site. */
    private static List<Tensor> body(Graph body, List<Tensor> arguments, Site site) {
        Map<Tensor, Tensor> values = new HashMap<>();
        for (Node node : body.nodes()) {
            if (node.op() instanceof Input input) {
                values.put(node.output(0), arguments.get(Integer.parseInt(input.name())));
                continue;
            }
            List<Tensor> inputs = node.inputs().stream().map(values::get).toList();
            Node placed = Node.of(node.op(), inputs, site);
            List<Tensor> outputs = simpler(placed, inputs);
            for (int i = 0; i < outputs.size(); i++) {
                values.put(node.output(i), outputs.get(i));
            }
        }
        return body.results().values().stream().map(values::get).toList();
    }

    /** Whether {@link #sum} makes something else of a node: a sum over neither the last axis nor leading ones alone. */
    private static boolean isNoRowsOrColumns(Node node) {
        if (!(node.op() instanceof Sum sum)) {
            return false;
        }
        Shape shape = node.inputs().getFirst().shape();
        List<Integer> axes = sum.axes();
        int last = shape.rank() - 1;
        boolean leading = true;
        for (int i = 0; i < axes.size(); i++) {
            int axis = axes.get(i);
            if (shape.size(axis) == 1) {
                return true;
            }
            leading &= axis == i;
        }
        boolean rows = axes.size() == 1 && axes.getFirst() == last;
        boolean columns = shape.last().size() > 1 && axes.size() <= last && leading;
        return axes.isEmpty() || !(rows || columns);
    }

    /**
     * Kernels sum rows or columns. Other axes are brought to the front first; last and leading axes together are two sums;
     * a sum over no more than size-1 axes is a reshape.
     */
    private static Tensor sum(Sum sum, Tensor input) {
        Shape shape = input.shape();
        Shape result = sum.types(List.of(input.type())).getFirst().shape();
        List<Integer> axes = new ArrayList<>();
        for (int axis : sum.axes()) {
            if (shape.size(axis) > 1) {
                axes.add(axis);
            }
        }
        int last = shape.rank() - 1;
        if (axes.isEmpty()) {
            return reshape(input, result);
        }
        if (axes.equals(List.of(last))) {
            return input.sum(last);
        }
        if (axes.getLast() == last) {
            Tensor rows = sum(new Sum(List.of(last)), input);
            // what is left are single numbers: one row of them
            return reshape(sum(new Sum(axes.subList(0, axes.size() - 1)), rows), result);
        }
        if (shape.last().size() == 1) {
            Shape narrower = shape.sub(0, last);
            return reshape(sum(new Sum(axes), reshape(input, narrower)), result);
        }
        int leading = axes.getLast() + 1;
        if (IntStream.range(0, leading).allMatch(axis -> axes.contains(axis) || shape.size(axis) == 1)) {
            Integer[] all = IntStream.range(0, leading).boxed().toArray(Integer[]::new);
            return reshape(input.sum(all), result);
        }
        List<Integer> order = new ArrayList<>(axes);
        IntStream.range(0, shape.rank()).filter(axis -> !axes.contains(axis)).forEach(order::add);
        Tensor turned = Tensor.apply(new Transpose(order), input).output(0);
        return reshape(sum(new Sum(IntStream.range(0, axes.size()).boxed().toList()), turned), result);
    }

    /** A constant that a formula reads, directly or broadcast, becomes a number of the formula. */
    private static List<Tensor> foldConstants(Node node, List<Tensor> inputs) {
        if (node.op() instanceof Broadcast broadcast && constant(inputs.getFirst()) != null) {
            Constant constant = constant(inputs.getFirst());
            return Rewrite.outputs(Node.of(
                    new Constant(constant.value(), inputs.getFirst().type().withShape(broadcast.shape())),
                    List.of(),
                    node.site()));
        }
        if (!(node.op() instanceof Pointwise(Formula formula))) {
            return Rewrite.outputs(Rewrite.keep(node, inputs));
        }
        Map<String, Expression> numbers = new HashMap<>();
        List<String> names = new ArrayList<>();
        List<Tensor> kept = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Constant constant = constant(inputs.get(i));
            if (constant != null) {
                numbers.put(formula.names().get(i), new Expression.Literal(constant.value()));
            } else {
                names.add(formula.names().get(i));
                kept.add(inputs.get(i));
            }
        }
        if (numbers.isEmpty() || kept.isEmpty()) {
            return Rewrite.outputs(Rewrite.keep(node, inputs));
        }
        Expression folded = FormulaFolding.fold(formula.expression().substitute(numbers));
        Op pointwise = new Pointwise(new Formula(folded, names));
        Shape wanted = node.types().getFirst().shape();
        boolean same = pointwise
                .types(kept.stream().map(Tensor::type).toList())
                .getFirst()
                .shape()
                .sameSizes(wanted);
        if (!same) { // the constant was what gave the result its shape
            return Rewrite.outputs(Rewrite.keep(node, inputs));
        }
        if (folded instanceof Expression.Name(String name)
                && kept.size() == 1
                && names.getFirst().equals(name)) {
            return kept;
        }
        return Rewrite.outputs(Node.of(pointwise, kept, node.site()));
    }

    private static boolean readsConstant(Op op, List<Tensor> inputs) {
        if (op instanceof Pointwise || op instanceof Broadcast) {
            for (Tensor input : inputs) {
                if (constant(input) != null) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Constant constant(Tensor tensor) {
        return tensor.node().op() instanceof Constant constant
                ? constant
                : tensor.node().op() instanceof Reshape
                        ? constant(tensor.node().inputs().getFirst())
                        : null;
    }

    /** A reshape of a reshape, or to the shape that is there. */
    private static boolean isReshapeTooMany(Node node) {
        return node.op() instanceof Reshape(Shape shape)
                && isReshapeTooMany(shape, node.inputs().getFirst());
    }

    private static boolean isReshapeTooMany(Shape shape, Tensor source) {
        return source.node().op() instanceof Reshape || source.shape().equals(shape);
    }

    /** Of what stands before all reshapes. */
    private static Tensor reshape(Tensor tensor, Shape shape) {
        Tensor root = tensor;
        while (root.node().op() instanceof Reshape) {
            root = root.node().inputs().getFirst();
        }
        return root.reshape(shape);
    }

    private record Key(Op op, List<Tensor> inputs, int copy) {
        /** By hand, as {@link Tensor#hashCode}. */
        @Override
        public boolean equals(Object object) {
            return object instanceof Key other
                    && copy == other.copy
                    && inputs.equals(other.inputs)
                    && op.equals(other.op);
        }

        /** Few ops read the same tensors. */
        @Override
        public int hashCode() {
            return inputs.isEmpty() ? op.hashCode() : inputs.hashCode();
        }
    }

    /**
     * Equal ops on equal inputs are one node, unless one is there to be computed again. Reads of state all see the state as it
     * was when the run began.
     */
    private static List<Tensor> merge(Map<Key, Node> known, Node node, List<Tensor> inputs) {
        Node kept = Rewrite.keep(node, inputs);
        if (node.op() instanceof RopeTable || node.op() instanceof Constant || node.op() instanceof Input) {
            // shared by all layers, so it belongs to none
            kept = Node.of(
                    node.op(),
                    inputs,
                    new Site("", node.site().origin(), node.site().pass()));
        }
        Node first = known.putIfAbsent(new Key(kept.op(), inputs, kept.site().copy()), kept);
        return Rewrite.outputs(first == null ? kept : first);
    }
}
