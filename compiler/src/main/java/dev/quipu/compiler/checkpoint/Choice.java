package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.MatMul;
import java.util.List;

/**
 * A tensor of the forward pass that a kernel stores, and that a step may therefore keep for its backward pass or rebuild.
 *
 * @param name layer and op, such as {@code layers.3.attention.wq.matMul}: what globs match
 * @param cluster that stores it
 * @param element the outermost list element that it belongs to, such as {@code layers.3}; empty outside lists
 * @param blockInput whether another element, or another part of the model, reads it: such a tensor is never rebuilt, so that
 *     rebuilding holds no more than one block's working set
 * @param forwardReaders the other forward clusters that read it, in order
 * @param readers the backward clusters that need it, in order
 * @param rerun nodes that run again to rebuild it when every other choice is kept
 */
public record Choice(
        String name,
        Tensor tensor,
        Cluster cluster,
        String element,
        boolean blockInput,
        List<Cluster> forwardReaders,
        List<Cluster> readers,
        List<Node> rerun) {
    public Choice {
        forwardReaders = List.copyOf(forwardReaders);
        readers = List.copyOf(readers);
        rerun = List.copyOf(rerun);
    }

    /** Bytes that it takes while it is kept. */
    public long bytes() {
        return tensor.type().bytes();
    }

    /** Whether rebuilding it repeats a matrix product or an attention, even when all that these read is kept. */
    public boolean isExpensive() {
        return rerun.stream().anyMatch(node -> node.op() instanceof MatMul || node.op() instanceof Attention);
    }

    /** Whether a backward rule reads it. Others are kept or rebuilt only for the sake of tensors that are computed from them. */
    public boolean isNeeded() {
        return !readers.isEmpty();
    }

    @Override
    public int hashCode() {
        return tensor.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
