package dev.quipu.compiler.program;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A {@link LossRegion} for some of its rows. Every tensor of the region that has rows becomes a matrix of the chunk's rows and
 * all that belongs to a row, so that reshapes vanish; a tensor that is a sum over all rows becomes the chunk's share of it.
 */
final class RowChunk {
    private static final Dim ONE = new Dim("one", 1);

    private final LossRegion region;
    private final Map<Tensor, Tensor> outside;
    private final int start;
    private final int count;
    private final Map<Tensor, Tensor> values = new HashMap<>();
    /** Sums over rows: every chunk has a share. */
    private final Set<Tensor> sums = new HashSet<>();

    /**
     * @param outside replacements of the tensors that the region reads
     * @param start the first row
     */
    RowChunk(LossRegion region, Map<Tensor, Tensor> outside, int start, int count) {
        this.region = region;
        this.outside = outside;
        this.start = start;
        this.count = count;
    }

    /** What a tensor of the region is for these rows. */
    Tensor value(Tensor tensor) {
        return values.get(tensor);
    }

    /** Whether a tensor of the region is a sum over rows, to which every chunk adds its share. */
    boolean isSum(Tensor tensor) {
        return sums.contains(tensor);
    }

    /**
     * Computes a node of the region, after those that it needs.
     *
     * @throws QuipuException if it does not treat rows one by one
     */
    void compute(Node node) {
        List<Tensor> in = node.inputs();
        switch (node.op()) {
            case Reshape reshape -> values.put(node.output(0), rows(node, in.getFirst()));
            case Constant constant -> {
                Type type = node.types().getFirst().withShape(matrix(node.output(0)));
                apply(node, new Constant(constant.value(), type));
            }
            case Cast cast -> apply(node, cast, rows(node, in.getFirst()));
            case Pointwise pointwise -> apply(node, pointwise, aligned(node));
            case Broadcast broadcast -> apply(node, new Broadcast(matrix(node.output(0))), aligned(node));
            case Softmax softmax -> apply(node, softmax, rowsAndWeights(node));
            case RmsNorm norm -> apply(node, norm, rowsAndWeights(node));
            case LayerNorm norm -> apply(node, norm, rowsAndWeights(node));
            case CrossEntropy crossEntropy -> apply(node, crossEntropy, rowsAndTargets(node));
            case CrossEntropyBackward crossEntropy -> apply(node, crossEntropy, rowsAndTargets(node));
            case Sum sum -> sum(node, sum);
            case MatMul matMul -> matMul(node, matMul);
            default -> throw refusal(node);
        }
    }

    private void apply(Node node, Op op, Tensor... inputs) {
        Node made = Node.of(op, List.of(inputs), node.site());
        for (int i = 0; i < made.types().size(); i++) {
            values.put(node.output(i), made.output(i));
        }
    }

    /** A sum along each row is a number of the row; one over all rows is a sum of shares. */
    private void sum(Node node, Sum sum) {
        Shape shape = node.inputs().getFirst().shape();
        int last = shape.rank() - 1;
        boolean along = sum.axes().equals(List.of(last));
        boolean over = IntStream.range(0, last).allMatch(axis -> sum.axes().contains(axis) || shape.size(axis) == 1)
                && !sum.axes().contains(last);
        if (shape.rows() != region.rows() || !(along || over)) {
            throw refusal(node);
        }
        apply(node, new Sum(List.of(along ? 1 : 0)), rows(node, node.inputs().getFirst()));
        if (over) {
            sums.add(node.output(0));
        }
    }

    /** Rows times a matrix are rows; rows transposed times rows, such as a weight's gradient, are a sum over them. */
    private void matMul(Node node, MatMul op) {
        Tensor left = node.inputs().get(0);
        Tensor right = node.inputs().get(1);
        boolean linear = op.isLinear(List.of(left.type(), right.type()));
        boolean over = op.transposeLeft()
                && !op.transposeRight()
                && left.shape().rank() == 2
                && left.shape().size(0) == region.rows();
        if (linear && left.shape().rows() == region.rows()) {
            apply(node, op, rows(node, left), whole(node, right));
        } else if (over) {
            apply(node, op, rows(node, left), rows(node, right));
            sums.add(node.output(0));
        } else {
            throw refusal(node);
        }
    }

    /** Inputs of an op that works element by element: what belongs to rows, and what is the same for all. */
    private Tensor[] aligned(Node node) {
        Shape shape = node.types().getFirst().shape();
        boolean hasRows = shape.rows() == region.rows();
        List<Tensor> inputs = new ArrayList<>();
        for (Tensor input : node.inputs()) {
            boolean ofRows = hasRows
                    ? input.shape().rows() == region.rows()
                    : input.shape().sameSizes(shape);
            boolean same = hasRows ? input.shape().rows() == 1 : input.shape().elements() == 1;
            if (!ofRows && !same) {
                throw refusal(node);
            }
            inputs.add(ofRows ? rows(node, input) : line(node, whole(node, input)));
        }
        return inputs.toArray(Tensor[]::new);
    }

    private Tensor[] rowsAndWeights(Node node) {
        Tensor x = node.inputs().getFirst();
        if (x.shape().rows() != region.rows()) {
            throw refusal(node);
        }
        List<Tensor> inputs = new ArrayList<>(List.of(rows(node, x)));
        node.inputs().stream().skip(1).forEach(weight -> inputs.add(whole(node, weight)));
        return inputs.toArray(Tensor[]::new);
    }

    /** A target a row has no dimension of its own within the row. */
    private Tensor[] rowsAndTargets(Node node) {
        if (node.inputs().getFirst().shape().rows() != region.rows()) {
            throw refusal(node);
        }
        Tensor[] inputs = node.inputs().stream().map(input -> rows(node, input)).toArray(Tensor[]::new);
        inputs[1] = reshape(node, inputs[1], inputs[1].shape().sub(0, 1));
        return inputs;
    }

    /** The chunk's rows of a tensor, as a matrix. */
    private Tensor rows(Node reader, Tensor tensor) {
        if (region.nodes().contains(tensor.node())) {
            if (sums.contains(tensor)) {
                throw refusal(reader);
            }
            return values.get(tensor);
        }
        long width = tensor.shape().elements() / region.rows();
        if (width * region.rows() != tensor.shape().elements()) {
            throw refusal(reader);
        }
        Shape all = Shape.of(
                new Dim(rowName(tensor), Math.toIntExact(region.rows())),
                width == 1 ? ONE : new Dim(tensor.shape().last().name(), Math.toIntExact(width)));
        Tensor matrix = reshape(reader, outside.get(tensor), all);
        return Trace.at(reader.site(), () -> matrix.slice(0, start, count));
    }

    /** A tensor that all rows share. */
    private Tensor whole(Node reader, Tensor tensor) {
        if (region.nodes().contains(tensor.node())) {
            throw refusal(reader);
        }
        return outside.get(tensor);
    }

    private static Tensor line(Node reader, Tensor tensor) {
        return reshape(
                reader,
                tensor,
                tensor.shape().sub(tensor.shape().rank() - 1, tensor.shape().rank()));
    }

    private static Tensor reshape(Node reader, Tensor tensor, Shape shape) {
        return Trace.at(reader.site(), () -> tensor.reshape(shape));
    }

    private Shape matrix(Tensor tensor) {
        int width = Math.toIntExact(tensor.shape().elements() / region.rows());
        return Shape.of(
                new Dim(rowName(tensor), count), new Dim(tensor.shape().last().name(), width));
    }

    /** The product of the names of the dimensions that number rows, such as {@code batch*sequence}. */
    private String rowName(Tensor tensor) {
        StringBuilder name = new StringBuilder();
        long rows = 1;
        for (Dim dim : tensor.shape().dims()) {
            if (rows == region.rows()) {
                break;
            }
            rows *= dim.size();
            name.append(name.isEmpty() ? "" : "*").append(dim.name());
        }
        return name.toString();
    }

    private static QuipuException refusal(Node node) {
        return QuipuException.of(
                "a loss whose rows are computed one by one, so that it can run in chunks",
                node.op().mnemonic() + " of "
                        + node.inputs().stream().map(Tensor::type).toList(),
                node.site().toString(),
                "do not ask for chunks of the loss");
    }
}
