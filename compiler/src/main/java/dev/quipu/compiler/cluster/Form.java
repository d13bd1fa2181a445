package dev.quipu.compiler.cluster;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Broadcast;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.CachedAttention;
import dev.quipu.dsl.op.Call;
import dev.quipu.dsl.op.Cast;
import dev.quipu.dsl.op.Concat;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.dsl.op.CrossEntropyBackward;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.EmbeddingBackward;
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
import dev.quipu.dsl.op.WriteState;

/**
 * The form in which a node computes and the shape that it walks over.
 *
 * @param shape what is walked over, row by row: the output of a map, the input of a reduction
 */
record Form(Cluster.Kind kind, Shape shape) {
    /** The form of a node, or null for one that needs no kernel. */
    static Form of(Node node) {
        return switch (node.op()) {
            case Input input -> null;
            case ReadState read -> null;
            case RopeTable table -> null;
            case Reshape reshape -> null;
            case Pointwise pointwise -> output(Cluster.Kind.ROWS, node);
            case Cast cast -> output(Cluster.Kind.ROWS, node);
            case Broadcast broadcast -> output(Cluster.Kind.ROWS, node);
            case Constant constant -> output(Cluster.Kind.ROWS, node);
            case RmsNorm norm -> input(Cluster.Kind.ROWS, node);
            case LayerNorm norm -> input(Cluster.Kind.ROWS, node);
            case Softmax softmax -> input(Cluster.Kind.ROWS, node);
            case CrossEntropy crossEntropy -> input(Cluster.Kind.ROWS, node);
            case CrossEntropyBackward crossEntropy -> input(Cluster.Kind.ROWS, node);
            case WriteState write -> input(Cluster.Kind.ROWS, node);
            case AccumulateState accumulate -> input(Cluster.Kind.ROWS, node);
            case Sum sum -> input(isRowSum(sum, node) ? Cluster.Kind.ROWS : Cluster.Kind.COLUMNS, node);
            case MatMul matMul -> output(Cluster.Kind.PRODUCT, node);
            case Embedding embedding -> output(Cluster.Kind.GATHER, node);
            case EmbeddingBackward embedding -> output(Cluster.Kind.SCATTER, node);
            case Attention attention -> output(Cluster.Kind.ATTENTION, node);
            case AttentionBackward attention -> output(Cluster.Kind.ATTENTION_BACKWARD, node);
            case CachedAttention attention -> output(Cluster.Kind.CACHED_ATTENTION, node);
            case Rope rope -> output(Cluster.Kind.MOVE, node);
            case Transpose transpose -> output(Cluster.Kind.MOVE, node);
            case Slice slice -> Views.isView(node) ? null : output(Cluster.Kind.MOVE, node);
            case Pad pad -> output(Cluster.Kind.MOVE, node);
            case Concat concat -> output(Cluster.Kind.MOVE, node);
            case CacheWrite write -> output(Cluster.Kind.MOVE, node);
            case Call call ->
                throw new AssertionError("call of " + call.function().name() + " was not inlined");
        };
    }

    /** Whether a cluster that began in this form takes another node. */
    boolean takes(Cluster.Kind kind, Node node, Form other) {
        return switch (kind) {
            case ROWS -> other.kind == Cluster.Kind.ROWS && hasRowsOf(other.shape) && fitsWidth(node, other.shape);
            // sums of one walk, and the addition of a sum to its state
            case COLUMNS ->
                node.op() instanceof Sum
                        ? other.kind == Cluster.Kind.COLUMNS && other.shape.sameSizes(shape)
                        : node.op() instanceof AccumulateState
                                && other.shape.elements() == shape.last().size();
            case PRODUCT ->
                isMap(node)
                        && other.shape.elements() == shape.elements()
                        && other.shape.last().size() == shape.last().size()
                        && (hasRowsOf(other.shape) || node.inputs().stream().allMatch(this::repeatsNoRows));
            case SCATTER -> node.op() instanceof AccumulateState;
            // stored as what is read, nothing else
            case ATTENTION, MOVE -> isRounding(node) && other.shape.sameSizes(shape);
            case GATHER, ATTENTION_BACKWARD, CACHED_ATTENTION -> false;
        };
    }

    /** Whether a node stores f32 in fewer bits. */
    private static boolean isRounding(Node node) {
        return node.op() instanceof Cast cast
                && cast.dtype() == DType.BF16
                && node.inputs().getFirst().type().dtype() == DType.F32;
    }

    /** Whether a node computes each element from the elements at the same place. */
    static boolean isMap(Node node) {
        return switch (node.op()) {
            case Pointwise pointwise -> true;
            case Cast cast -> true;
            case WriteState write -> true;
            case AccumulateState accumulate -> true;
            default -> false;
        };
    }

    /** Seen through a view of other dimensions, an input is either there for every row or the same for all. */
    private boolean repeatsNoRows(Tensor input) {
        return input.shape().rows() == shape.rows() || input.shape().rows() == 1;
    }

    private boolean hasRowsOf(Shape other) {
        if (shape.rank() != other.rank()) {
            return false;
        }
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            if (shape.size(axis) != other.size(axis)) {
                return false;
            }
        }
        return true;
    }

    /** A map may compute a single number for each row; a reduction is over all columns. */
    private boolean fitsWidth(Node node, Shape other) {
        return other.last().size() == shape.last().size()
                || (other.last().size() == 1 && (isMap(node) || node.op() instanceof Broadcast));
    }

    private static boolean isRowSum(Sum sum, Node node) {
        return sum.axes().getFirst() == node.inputs().getFirst().shape().rank() - 1;
    }

    private static Form output(Cluster.Kind kind, Node node) {
        return new Form(kind, node.types().getFirst().shape());
    }

    private static Form input(Cluster.Kind kind, Node node) {
        return new Form(kind, node.inputs().getFirst().shape());
    }
}
