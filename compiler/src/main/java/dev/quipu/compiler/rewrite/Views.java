package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Reshape;

/** Tensors that show another one's memory. */
public final class Views {
    private Views() {}

    /** The tensor that was computed, seen through reshapes. */
    public static Tensor origin(Tensor tensor) {
        Node node = tensor.node();
        return node.op() instanceof Reshape ? origin(node.inputs().getFirst()) : tensor;
    }

    /** The tensor whose memory this one shows: through reshapes, and through cache writes to the cache's state. */
    public static Tensor root(Tensor tensor) {
        Node node = tensor.node();
        return node.op() instanceof Reshape || node.op() instanceof CacheWrite
                ? root(node.inputs().getFirst())
                : tensor;
    }
}
