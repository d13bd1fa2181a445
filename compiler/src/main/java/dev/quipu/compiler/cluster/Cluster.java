package dev.quipu.compiler.cluster;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** Nodes that run together, in order. */
public final class Cluster {
    private final Kind kind;
    private final List<Node> nodes;
    private final List<Tensor> outputs;
    private final Set<Tensor> inputs;

    /** How a cluster computes. */
    public enum Kind {
        /** Maps and reductions along the last axis, row by row. */
        ROWS,
        /** Maps, then sums over the leading axes. */
        COLUMNS,
        /** A matrix product, then maps over its elements. */
        PRODUCT,
        /** Table rows by ids. */
        GATHER,
        /** Gradients of table rows, by ids. */
        SCATTER,
        ATTENTION,
        ATTENTION_BACKWARD,
        CACHED_ATTENTION,
        /** Elements moved to other places, row by row: rotations, slices, transposes, cache writes. */
        MOVE
    }

    /** @param outputs tensors that somebody outside reads, and so are stored */
    public Cluster(Kind kind, List<Node> nodes, List<Tensor> outputs) {
        this.kind = kind;
        this.nodes = List.copyOf(nodes);
        this.outputs = List.copyOf(outputs);
        if (nodes.isEmpty()) {
            throw new AssertionError("a cluster without nodes");
        }
        inputs = Collections.unmodifiableSet(read(this.nodes));
    }

    /** A cluster of one node, which stores all that it computes. */
    public static Cluster alone(Node node) {
        List<Tensor> outputs =
                IntStream.range(0, node.types().size()).mapToObj(node::output).toList();
        return new Cluster(Objects.requireNonNull(Form.of(node)).kind(), List.of(node), outputs);
    }

    private static Set<Tensor> read(List<Node> nodes) {
        Set<Node> own = new HashSet<>(nodes);
        Set<Tensor> read = new LinkedHashSet<>();
        for (Node node : nodes) {
            for (Tensor input : node.inputs()) {
                if (!own.contains(Views.origin(input).node())) {
                    read.add(input);
                }
            }
        }
        return read;
    }

    public Kind kind() {
        return kind;
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** Tensors that somebody outside reads, and so are stored. */
    public List<Tensor> outputs() {
        return outputs;
    }

    /** Tensors read from outside, in order of first use. A view of an own tensor is inside. */
    public Set<Tensor> inputs() {
        return inputs;
    }

    /** The node after which the cluster is named: the first one. */
    public Node head() {
        return nodes.getFirst();
    }

    /** Floating-point operations. */
    public long flops() {
        return nodes.stream().mapToLong(Costs::flops).sum();
    }

    /** Bytes read and written once each; of a table, the rows that are looked up. */
    public long bytes() {
        long read = inputs().stream().mapToLong(this::bytesRead).sum();
        return read + outputs.stream().map(Tensor::type).mapToLong(Type::bytes).sum();
    }

    private long bytesRead(Tensor input) {
        long bytes = input.type().bytes();
        boolean table = kind == Kind.GATHER && input.equals(head().inputs().getFirst());
        return table ? Math.min(bytes, head().output(0).type().bytes()) : bytes;
    }

    /** Predicted time of one run, by {@link Costs#seconds}. */
    public double seconds() {
        return Costs.seconds(flops(), bytes());
    }

    /** Whether it runs on the way to the loss: a kernel of both passes, such as a loss with its gradient, does. */
    public boolean isForward() {
        return nodes.stream().anyMatch(node -> node.site().pass() == Site.Pass.FORWARD);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Cluster other
                && kind == other.kind
                && nodes.equals(other.nodes)
                && outputs.equals(other.outputs);
    }

    @Override
    public int hashCode() {
        return head().hashCode();
    }

    @Override
    public String toString() {
        return kind + " " + nodes;
    }
}
