package dev.quipu.compiler.program;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Reshape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Derives the program that reads a chunk of a prompt: what an incremental graph leaves in the caches it computes for all of the
 * chunk, everything else for one position of each sequence. Of the last layer that is the queries and all behind them, and then
 * the logits, which of a whole chunk are a good part of the work and nobody samples from.
 *
 * <p>Every op but attention and RoPE treats positions one by one, so it does the same with one; these two learn where it is.
 */
public final class LastPosition {
    /** Input i32[batch, 1]: the position's row among batch x chunk. */
    public static final String ROW = "row";

    /** Input i32[batch]: the position in its sequence. A graph without attention and RoPE has none. */
    public static final String POSITION = "rowPosition";

    private final Graph graph;
    /** What is computed for all of the chunk. */
    private final Set<Node> whole = new HashSet<>();

    private final Map<Tensor, Tensor> values = new HashMap<>();
    /** Of tensors of the whole chunk, the position's. */
    private final Map<Tensor, Tensor> rows = new HashMap<>();

    private Tensor row;
    private Tensor position;

    private LastPosition(Graph graph) {
        this.graph = graph;
    }

    /**
     * The graph that reads a prompt; its results have one position.
     *
     * @param incremental as {@link Incremental#of} gives it
     */
    public static Graph of(Graph incremental) {
        LastPosition pass = new LastPosition(incremental);
        pass.decide();
        incremental.nodes().forEach(pass::visit);
        Map<String, Tensor> results = new LinkedHashMap<>();
        incremental.results().forEach((name, tensor) -> results.put(name, pass.one(tensor)));
        return Graph.of(incremental.name(), results, List.of());
    }

    /** Caches need whole chunks, and so does what reads such a tensor of which rows cannot be taken. */
    private void decide() {
        List<Node> wanted = new ArrayList<>(graph.nodes().stream()
                .filter(node ->
                        node.op() instanceof CacheWrite || (node.op() instanceof Input && hasRows(node.output(0))))
                .toList());
        while (!wanted.isEmpty()) {
            wanted.forEach(this::addWithAncestors);
            wanted = graph.nodes().stream()
                    .filter(node -> !whole.contains(node)
                            && node.inputs().stream().anyMatch(input -> isWhole(input) && !isMatrix(input)))
                    .toList();
        }
    }

    private void addWithAncestors(Node node) {
        if (whole.add(node)) {
            node.inputs().forEach(input -> addWithAncestors(input.node()));
        }
    }

    private boolean isWhole(Tensor tensor) {
        return whole.contains(tensor.node()) && hasRows(tensor);
    }

    private static boolean hasRows(Tensor tensor) {
        return tensor.shape().axis(Dim.SEQUENCE) >= 0;
    }

    /** Whether rows can be taken: of real numbers, behind the batch alone. */
    private static boolean isMatrix(Tensor tensor) {
        return tensor.type().dtype() == DType.F32 && tensor.shape().axis(Dim.SEQUENCE) == 1;
    }

    private void visit(Node node) {
        boolean all = whole.contains(node);
        List<Tensor> inputs = new ArrayList<>();
        for (Tensor input : node.inputs()) {
            inputs.add(all ? values.get(input) : one(input));
        }
        Node made = all ? node.on(inputs) : Node.of(one(node.op()), inputs, node.site());
        for (int i = 0; i < node.types().size(); i++) {
            values.put(node.output(i), made.output(i));
        }
    }

    /** An op whose attributes say how many positions there are, for one. */
    private static Op one(Op op) {
        return switch (op) {
            case Constant constant ->
                new Constant(
                        constant.value(),
                        constant.type().withShape(one(constant.type().shape())));
            case Reshape reshape -> new Reshape(one(reshape.shape()));
            case Broadcast broadcast -> new Broadcast(one(broadcast.shape()));
            default -> op;
        };
    }

    private static Shape one(Shape shape) {
        int axis = shape.axis(Dim.SEQUENCE);
        return axis < 0 ? shape : shape.with(axis, shape.dim(axis).withSize(1));
    }

    /** A tensor as a node of one position reads it. */
    private Tensor one(Tensor tensor) {
        if (tensor.node().op() instanceof Input input && input.name().equals(Incremental.POSITION)) {
            return position(tensor);
        }
        return isWhole(tensor) ? rows.computeIfAbsent(tensor, this::take) : values.get(tensor);
    }

    private Tensor position(Tensor positions) {
        if (position == null) {
            position = Tensor.input(POSITION, positions.type());
        }
        return position;
    }

    private Tensor take(Tensor tensor) {
        Shape shape = tensor.shape();
        int batch = shape.size(0);
        if (row == null) {
            row = Tensor.input(ROW, Type.i32(Dim.batch(batch), Dim.sequence(1)));
        }
        Dim all = new Dim("batch*" + Dim.SEQUENCE, Math.multiplyExact(batch, shape.size(1)));
        Dim width = new Dim(shape.last().name(), Math.toIntExact(shape.elements() / all.size()));
        Shape matrix = Shape.of(all, width);
        return Trace.at(
                tensor.node().site(),
                () -> values.get(tensor).reshape(matrix).lookup(row).reshape(one(shape)));
    }
}
