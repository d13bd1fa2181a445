package dev.quipu.compiler.program;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.op.LayerNorm;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Pad;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.dsl.op.Slice;
import dev.quipu.dsl.op.Softmax;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.Transpose;

/**
 * The proof that a node treats positions one by one: its output at a position depends on its inputs at that position alone.
 * The axis of positions is the one named {@link Dim#SEQUENCE}.
 */
final class Positions {
    private Positions() {}

    /**
     * Checks one node of a forward graph.
     *
     * @param purpose what the proof is good for, to end a sentence with
     * @throws QuipuException when the node mixes positions or is not known to keep them apart
     */
    static void check(Node node, String purpose) {
        boolean apart = switch (node.op()) {
            case Input input -> true;
            case Constant constant -> true;
            case RopeTable table -> true;
            case ReadState read -> axis(node.output(0)) < 0;
            case Embedding embedding -> axis(node.inputs().get(0)) < 0;
            case Cast cast -> true;
            case Rope rope -> axis(node.inputs().getFirst()) == 1;
            case Attention attention -> node.inputs().stream().allMatch(input -> axis(input) == 1);
            case RmsNorm norm -> isOuter(node.inputs().getFirst());
            case LayerNorm norm -> isOuter(node.inputs().getFirst());
            case Softmax softmax -> isOuter(node.inputs().getFirst());
            case Pointwise pointwise -> isAligned(node);
            case Broadcast broadcast -> isAligned(node);
            case Transpose transpose -> true;
            case MatMul matMul -> keepsRows(matMul, node);
            case Reshape reshape -> keepsAxis(node);
            case Slice slice -> slice.axis() != axis(node.inputs().getFirst());
            case Pad pad -> pad.axis() != axis(node.inputs().getFirst());
            case Concat concat ->
                node.inputs().stream()
                        .allMatch(
                                input -> axis(input) == axis(node.inputs().getFirst()) && concat.axis() != axis(input));
            case Sum sum -> !sum.axes().contains(axis(node.inputs().getFirst()));
            default -> false;
        };
        if (!apart) {
            throw QuipuException.of(
                    "an op that treats positions one by one, " + purpose,
                    node.op().mnemonic() + " of "
                            + node.inputs().stream().map(Tensor::type).toList(),
                    node.site().toString(),
                    "only attention and RoPE may look at other positions");
        }
    }

    private static int axis(Tensor tensor) {
        return tensor.shape().axis(Dim.SEQUENCE);
    }

    /** Positions are not what the last axis counts. */
    private static boolean isOuter(Tensor tensor) {
        return axis(tensor) < tensor.shape().rank() - 1;
    }

    /**
     * Counted from the innermost axis, positions stand at the same place in every input that has them and in the output; other
     * inputs are the same for all positions.
     */
    private static boolean isAligned(Node node) {
        int wanted = fromEnd(node.output(0));
        return node.inputs().stream().allMatch(input -> {
            int end = fromEnd(input);
            return end == 0 ? repeats(input.shape(), wanted) : end == wanted;
        });
    }

    private static boolean repeats(Shape shape, int fromEnd) {
        return fromEnd == 0 || shape.rank() < fromEnd || shape.size(-fromEnd) == 1;
    }

    private static int fromEnd(Tensor tensor) {
        int axis = axis(tensor);
        return axis < 0 ? 0 : tensor.shape().rank() - axis;
    }

    /** Positions are rows of the left matrix or batches of both; they are never summed over nor columns. */
    private static boolean keepsRows(MatMul matMul, Node node) {
        Tensor left = node.inputs().get(0);
        Tensor right = node.inputs().get(1);
        int depth = left.shape().rank() - (matMul.transposeLeft() ? 2 : 1);
        boolean batched = axis(left) == axis(right) && axis(left) < left.shape().rank() - 2;
        return axis(left) != depth && (axis(right) < 0 || batched);
    }

    /** The axis survives with its size and the same number of elements before it. */
    private static boolean keepsAxis(Node node) {
        Shape in = node.inputs().getFirst().shape();
        Shape out = node.types().getFirst().shape();
        int from = in.axis(Dim.SEQUENCE);
        int to = out.axis(Dim.SEQUENCE);
        if (from < 0 || to < 0) {
            return from == to;
        }
        return in.size(from) == out.size(to)
                && in.sub(0, from).elements() == out.sub(0, to).elements();
    }
}
