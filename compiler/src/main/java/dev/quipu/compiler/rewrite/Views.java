package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.Slice;

/** Tensors that show another one's memory: all of it under another shape, or a part whose elements lie side by side. */
public final class Views {
    private Views() {}

    /** Whether a node computes nothing: its output shows its input's memory. */
    public static boolean isView(Node node) {
        // nothing lies between the elements of a slice when all axes outside of it have one element
        return node.op() instanceof Reshape
                || (node.op() instanceof Slice slice
                        && node.inputs().getFirst().shape().sub(0, slice.axis()).elements() == 1);
    }

    /** The tensor that was computed, seen through views. */
    public static Tensor origin(Tensor tensor) {
        Node node = tensor.node();
        return isView(node) ? origin(node.inputs().getFirst()) : tensor;
    }

    /** The tensor whose memory this one shows: through views, and through cache writes to the cache's state. */
    public static Tensor root(Tensor tensor) {
        Node node = tensor.node();
        return isView(node) || node.op() instanceof CacheWrite
                ? root(node.inputs().getFirst())
                : tensor;
    }

    /** Whether a tensor shows less than all of its {@link #origin}. */
    public static boolean isPart(Tensor tensor) {
        return tensor.shape().elements() < origin(tensor).shape().elements();
    }

    /** The number of its {@link #origin}'s elements that lie before a tensor's first one. */
    public static long offset(Tensor tensor) {
        Node node = tensor.node();
        if (!isView(node)) {
            return 0;
        }
        Tensor whole = node.inputs().getFirst();
        long skipped =
                node.op() instanceof Slice slice ? slice.start() * whole.shape().strides()[slice.axis()] : 0;
        return skipped + offset(whole);
    }
}
