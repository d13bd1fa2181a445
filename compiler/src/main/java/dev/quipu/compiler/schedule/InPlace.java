package dev.quipu.compiler.schedule;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.Lifetime;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which tensors are written over another one's memory: over an input whose last reader is their own cluster, where that reads
 * each element only at the place at which it then writes.
 *
 * <p>Rows do so: they are independent of each other, and their kernels load all of a row, reductions included, before they store
 * at a place what they have loaded there. A product's epilogue does so too; its operands are read by every part.
 */
final class InPlace {
    private final List<Cluster> clusters;
    private final Map<Tensor, Lifetime> lifetimes;

    private InPlace(List<Cluster> clusters, Map<Tensor, Lifetime> lifetimes) {
        this.clusters = clusters;
        this.lifetimes = new LinkedHashMap<>(lifetimes);
    }

    /** The same lifetimes, some of them {@link Lifetime#over} others. */
    static Map<Tensor, Lifetime> of(List<Cluster> clusters, Map<Tensor, Lifetime> lifetimes) {
        InPlace places = new InPlace(clusters, lifetimes);
        for (int i = 0; i < clusters.size(); i++) {
            places.visit(i);
        }
        return places.lifetimes;
    }

    private void visit(int index) {
        Cluster cluster = clusters.get(index);
        boolean elementwise = switch (cluster.kind()) {
            case ROWS, PRODUCT -> true;
            case COLUMNS, GATHER, SCATTER, ATTENTION, ATTENTION_BACKWARD, CACHED_ATTENTION, MOVE -> false;
        };
        if (!elementwise) {
            return;
        }
        List<Tensor> ending = ending(cluster, index);
        for (Tensor output : cluster.outputs()) {
            Lifetime life = lifetimes.get(output);
            if (life != null) {
                Tensor input = firstReadInPlace(cluster, ending, output);
                if (input != null) {
                    lifetimes.put(output, life.over(input));
                    ending.remove(input);
                }
            }
        }
    }

    private static Tensor firstReadInPlace(Cluster cluster, List<Tensor> ending, Tensor output) {
        for (Tensor input : ending) {
            if (isReadInPlace(cluster, input, output)) {
                return input;
            }
        }
        return null;
    }

    /** Stored tensors that nobody reads after the cluster, a product's operands left out. */
    private List<Tensor> ending(Cluster cluster, int index) {
        List<Tensor> ending = new ArrayList<>();
        for (Tensor input : cluster.inputs()) {
            Tensor root = Views.root(input);
            Lifetime life = lifetimes.get(root);
            if (life != null && life.death() == index && !ending.contains(root)) {
                ending.add(root);
            }
        }
        if (cluster.kind() == Cluster.Kind.PRODUCT) {
            for (Tensor operand : cluster.head().inputs()) {
                ending.remove(Views.root(operand));
            }
        }
        return ending;
    }

    private static boolean isReadInPlace(Cluster cluster, Tensor input, Tensor output) {
        if (input.type().dtype() != DType.F32
                || output.type().dtype() != DType.F32
                || input.shape().elements() != output.shape().elements()) {
            return false;
        }
        for (Node node : cluster.nodes()) {
            for (Tensor read : node.inputs()) {
                if (Views.root(read).equals(input) && !areAtOnePlace(read.shape(), output.shape())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A view with as many rows is read as if it had the kernel's own row dimensions. */
    private static boolean areAtOnePlace(Shape read, Shape written) {
        return read.sameSizes(written)
                || (read.rank() > 0
                        && written.rank() > 0
                        && read.rows() == written.rows()
                        && read.last().size() == written.last().size());
    }
}
