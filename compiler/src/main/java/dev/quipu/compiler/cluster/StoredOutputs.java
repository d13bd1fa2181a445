package dev.quipu.compiler.cluster;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which of a cluster's tensors have memory: those that somebody outside reads, and results. */
public final class StoredOutputs {
    private final Map<Tensor, List<Node>> readers;
    private final Set<Tensor> results;

    public StoredOutputs(Graph graph) {
        readers = graph.readers();
        results = new HashSet<>(graph.results().values());
    }

    /** The tensors to store, in the order of their nodes. */
    public List<Tensor> of(Cluster.Kind kind, List<Node> nodes) {
        Set<Node> own = new HashSet<>(nodes);
        List<Tensor> stored = new ArrayList<>();
        for (Node node : nodes) {
            for (int i = 0; i < node.types().size(); i++) {
                Tensor output = node.output(i);
                // all gradients of an attention have memory, read or not, and so has its output where only its
                // statistics are rebuilt: the kernels are fixed. A second node is the cast of the output
                boolean fixed = kind == Cluster.Kind.ATTENTION_BACKWARD
                        || (kind == Cluster.Kind.ATTENTION && i == 0 && node == nodes.getLast());
                if (fixed || results.contains(output) || isReadOutside(output, own)) {
                    stored.add(output);
                }
            }
        }
        return stored;
    }

    private boolean isReadOutside(Tensor tensor, Set<Node> own) {
        for (Node reader : readers.getOrDefault(tensor, List.of())) {
            boolean outside = Views.isView(reader)
                    ? results.contains(reader.output(0)) || isReadOutside(reader.output(0), own)
                    : !own.contains(reader);
            if (outside) {
                return true;
            }
        }
        return false;
    }
}
