package dev.quipu.compiler.precision;

import dev.quipu.compiler.rewrite.Rewrite;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Embedding;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Weights in fewer bits, for the programs of a finished model: what limits the speed of a token is how fast they can be read.
 *
 * <pre>
 * %2 = readState(state=up): f32[2048, 768]      %2 = readState(state=up): int8[2048, 768]
 * %3 = matMul(%1, %2, transposeRight)           %3 = matMul(%1, %2, transposeRight)
 * </pre>
 *
 * <p>Products widen what they read and compute in f32, or as {@link ProductInputs} has it; embeddings widen, too. A state changes
 * its type where nothing else reads it: where it is the right matrix of products, its rows along the depth, or an embedding's
 * table. Everything else, such as the weights of norms, stays f32.
 */
public final class StoredWeights {
    private StoredWeights() {}

    /** A graph that reads what it can of its state in a storage's type. */
    public static Graph of(Graph simple, WeightStorage storage) {
        if (storage == WeightStorage.F32) {
            return simple;
        }
        Map<String, Type> types = types(simple, storage);
        return Rewrite.replay(
                simple,
                (node, inputs) -> node.op() instanceof ReadState read && types.containsKey(read.state())
                        ? Rewrite.outputs(
                                Node.of(new ReadState(read.state(), types.get(read.state())), List.of(), node.site()))
                        : Rewrite.outputs(Rewrite.keep(node, inputs)));
    }

    /** The states whose type changes, with their new types. */
    public static Map<String, Type> types(Graph graph, WeightStorage storage) {
        Map<String, Type> types = new LinkedHashMap<>();
        if (storage == WeightStorage.F32) {
            return types;
        }
        Map<Tensor, List<Node>> readers = graph.readers();
        Set<String> others = new HashSet<>();
        for (Node node : graph.nodes()) {
            switch (node.op()) {
                case ReadState read -> {
                    Tensor weight = node.output(0);
                    boolean only = read.type().dtype() == DType.F32
                            && !graph.results().containsValue(weight)
                            && readers.getOrDefault(weight, List.of()).stream()
                                    .allMatch(reader -> widens(reader, weight));
                    if (only) {
                        types.put(
                                read.state(),
                                new Type(storage.dtype(), read.type().shape()));
                    } else {
                        others.add(read.state());
                    }
                }
                case WriteState write -> others.add(write.state());
                case AccumulateState accumulate -> others.add(accumulate.state());
                case CacheWrite write -> others.add(write.state());
                default -> {}
            }
        }
        types.keySet().removeAll(others);
        return types;
    }

    private static boolean widens(Node reader, Tensor weight) {
        return switch (reader.op()) {
            case MatMul product ->
                product.transposeRight()
                        && !product.transposeLeft()
                        && weight.shape().rank() == 2
                        && !reader.inputs().getFirst().equals(weight);
            case Embedding embedding -> true;
            default -> false;
        };
    }
}
