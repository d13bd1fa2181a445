package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.StoredOutputs;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A joint graph in which some forward tensors are computed again for the backward pass, and its clusters. A copy runs just before
 * the first backward cluster that needs it; all others that need it share it. Nodes stand in the order of the launches.
 *
 * @param originals every tensor's like in the new graph
 * @param copies the rebuilt tensors' copies in the new graph
 */
public record Recomputation(
        Graph graph, List<Cluster> clusters, Map<Tensor, Tensor> originals, Map<Tensor, Tensor> copies) {

    /** What an outcome makes of a joint graph. */
    public static Recomputation of(Choices choices, Outcome outcome) {
        return new Builder(choices.graph(), outcome).build(choices.clusters());
    }

    /** A new cluster whose outputs are not known before all its readers are. */
    private record Draft(Cluster.Kind kind, List<Node> nodes) {}

    private static final class Builder {
        private final Graph graph;
        private final Map<Tensor, Rebuild> rebuilds = new HashMap<>();
        private final Map<Tensor, Tensor> originals = new HashMap<>();
        private final Map<Tensor, Tensor> copies = new LinkedHashMap<>();
        private final Map<Tensor, Tensor> copiedViews = new HashMap<>();
        private final Map<Node, Node> effects = new HashMap<>();
        private final List<Draft> drafts = new ArrayList<>();

        Builder(Graph graph, Outcome outcome) {
            this.graph = graph;
            outcome.rebuilds().forEach(rebuild -> rebuild.outputs().forEach(output -> rebuilds.put(output, rebuild)));
        }

        Recomputation build(List<Cluster> clusters) {
            for (Cluster cluster : clusters) {
                if (cluster.isForward()) {
                    run(cluster, this::original);
                } else {
                    cluster.inputs().forEach(this::rebuild);
                    run(cluster, this::late);
                }
            }
            Map<String, Tensor> results = new LinkedHashMap<>();
            graph.results().forEach((name, tensor) -> results.put(name, original(tensor)));
            Graph made = Graph.of(
                    graph.name(),
                    results,
                    graph.effects().stream().map(this::effect).toList());
            StoredOutputs outputs = new StoredOutputs(made);
            List<Cluster> stored = drafts.stream()
                    .map(draft -> new Cluster(draft.kind, draft.nodes, outputs.of(draft.kind, draft.nodes)))
                    .toList();
            return new Recomputation(made, stored, originals, copies);
        }

        private Node effect(Node node) {
            return node.types().isEmpty()
                    ? effects.get(node)
                    : original(node.output(0)).node();
        }

        private void run(Cluster cluster, UnaryOperator<Tensor> inputs) {
            List<Node> nodes = new ArrayList<>();
            for (Node node : cluster.nodes()) {
                Node made =
                        Node.of(node.op(), node.inputs().stream().map(inputs).toList(), node.site());
                nodes.add(made);
                if (node.types().isEmpty()) {
                    effects.put(node, made);
                }
                for (int i = 0; i < node.types().size(); i++) {
                    originals.put(node.output(i), made.output(i));
                }
            }
            drafts.add(new Draft(cluster.kind(), nodes));
        }

        /** A tensor as the forward pass made it. Sources, views and constants that are in no cluster come with their first reader. */
        private Tensor original(Tensor tensor) {
            Tensor known = originals.get(tensor);
            if (known != null) {
                return known;
            }
            Node node = tensor.node();
            Node made = Node.of(
                    node.op(), node.inputs().stream().map(this::original).toList(), node.site());
            for (int i = 0; i < node.types().size(); i++) {
                originals.put(node.output(i), made.output(i));
            }
            return made.output(tensor.index());
        }

        /** A tensor as the backward pass sees it: the copy, where there is one. */
        private Tensor late(Tensor tensor) {
            if (!rebuilds.containsKey(Views.origin(tensor))) {
                return original(tensor);
            }
            Node node = tensor.node();
            if (!Views.isView(node)) {
                return copies.get(tensor);
            }
            Tensor known = copiedViews.get(tensor);
            if (known == null) { // a view may be one of another view
                known = copy(node, this::late).output(0);
                copiedViews.put(tensor, known);
            }
            return known;
        }

        /** Runs again what a tensor needs, unless that was done. */
        private void rebuild(Tensor tensor) {
            Tensor origin = Views.origin(tensor);
            Rebuild rebuild = rebuilds.get(origin);
            if (rebuild == null || copies.containsKey(origin)) {
                return;
            }
            rebuild.inputs().forEach(this::rebuild);
            Map<Tensor, Tensor> inside = new HashMap<>();
            for (Cluster launch : rebuild.launches()) {
                List<Node> nodes = new ArrayList<>();
                for (Node node : launch.nodes()) {
                    Node made = copy(node, input -> inside(input, inside));
                    nodes.add(made);
                    for (int i = 0; i < node.types().size(); i++) {
                        inside.put(node.output(i), made.output(i));
                    }
                }
                drafts.add(new Draft(launch.kind(), nodes));
            }
            rebuild.outputs().forEach(output -> copies.put(output, inside.get(output)));
        }

        /** An input of a copy: what runs again with it, or what the backward pass sees. */
        private Tensor inside(Tensor tensor, Map<Tensor, Tensor> inside) {
            Tensor made = inside.get(tensor);
            if (made != null) {
                return made;
            }
            Node node = tensor.node();
            return Views.isView(node) && inside.containsKey(Views.origin(tensor))
                    ? copy(node, input -> inside(input, inside)).output(0)
                    : late(tensor);
        }

        private static Node copy(Node node, UnaryOperator<Tensor> inputs) {
            Site site = node.site();
            return Node.of(
                    node.op(),
                    node.inputs().stream().map(inputs).toList(),
                    site.pass() == Site.Pass.FORWARD ? site.recomputed(1) : site);
        }
    }
}
