package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.block.StateNames;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a cluster computes and stores, whichever layer it is in: clusters of equal shape cost the same, in all of their parts. */
record ClusterShape(Cluster.Kind kind, List<Part> parts, List<Integer> outputs) {
    /**
     * One node.
     *
     * @param sources by input, the place of what was computed or is read from outside
     */
    record Part(Op op, List<Type> inputs, List<Integer> sources, List<Type> types) {}

    /**
     * The shape of a cluster among others.
     *
     * @param places of the tensors that earlier clusters made or read; this one's are added
     */
    static ClusterShape of(Cluster cluster, Map<Tensor, Integer> places) {
        List<Part> parts = new ArrayList<>();
        for (Node node : cluster.nodes()) {
            List<Integer> sources = node.inputs().stream()
                    .map(Views::origin)
                    .map(origin -> place(origin, places))
                    .toList();
            parts.add(new Part(
                    StateNames.withoutNames(node.op()),
                    node.inputs().stream().map(Tensor::type).toList(),
                    sources,
                    node.types()));
            for (int i = 0; i < node.types().size(); i++) {
                place(node.output(i), places);
            }
        }
        return new ClusterShape(
                cluster.kind(),
                parts,
                cluster.outputs().stream().map(places::get).toList());
    }

    private static int place(Tensor tensor, Map<Tensor, Integer> places) {
        Integer known = places.putIfAbsent(tensor, places.size());
        return known == null ? places.size() - 1 : known;
    }
}
