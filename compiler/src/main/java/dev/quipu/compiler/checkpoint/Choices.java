package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.block.RepeatedBlocks;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.text.TensorNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All that a checkpoint plan can decide about a joint graph.
 *
 * @param clusters in the order in which they run when nothing is rebuilt
 * @param choices by tensor, in the order in which they are made
 */
public record Choices(Graph graph, List<Cluster> clusters, Map<Tensor, Choice> choices) {
    public Choices {
        clusters = List.copyOf(clusters);
    }

    /** Finds the stored tensors of the forward pass, who makes them, and who needs them. */
    public static Choices of(Graph graph, List<Cluster> clusters) {
        Map<Tensor, List<Cluster>> forwardReaders = new HashMap<>();
        Map<Tensor, List<Cluster>> backwardReaders = new HashMap<>();
        for (Cluster cluster : clusters) {
            Map<Tensor, List<Cluster>> readers = cluster.isForward() ? forwardReaders : backwardReaders;
            Set<Tensor> inputs = new HashSet<>();
            cluster.inputs().forEach(input -> inputs.add(Views.origin(input)));
            inputs.forEach(input ->
                    readers.computeIfAbsent(input, key -> new ArrayList<>()).add(cluster));
        }
        Map<Tensor, String> names = names(graph);
        Map<Tensor, Choice> choices = new LinkedHashMap<>();
        for (Cluster cluster : clusters) {
            Set<Tensor> outputs = new HashSet<>(cluster.outputs());
            for (Tensor tensor : cluster.outputs()) {
                Node node = tensor.node();
                if (node.site().pass() == Site.Pass.FORWARD && Views.root(tensor).equals(tensor)) {
                    outputs.remove(tensor);
                    String element = RepeatedBlocks.element(node.site().layer());
                    choices.put(
                            tensor,
                            new Choice(
                                    names.get(tensor),
                                    tensor,
                                    cluster,
                                    element,
                                    isReadElsewhere(forwardReaders.getOrDefault(tensor, List.of()), element),
                                    backwardReaders.getOrDefault(tensor, List.of()),
                                    rerun(Rebuild.of(cluster, List.of(tensor), outputs))));
                    outputs.add(tensor);
                }
            }
        }
        return new Choices(graph, clusters, choices);
    }

    private static Map<Tensor, String> names(Graph graph) {
        TensorNames free = new TensorNames();
        Map<Tensor, String> names = new HashMap<>();
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.types().size(); i++) {
                names.put(node.output(i), free.of(node, i));
            }
        }
        return names;
    }

    private static boolean isReadElsewhere(List<Cluster> readers, String element) {
        return readers.stream()
                .map(reader -> RepeatedBlocks.element(reader.head().site().layer()))
                .anyMatch(other -> !other.equals(element));
    }

    private static List<Node> rerun(Rebuild rebuild) {
        return rebuild.launches().stream()
                .flatMap(launch -> launch.nodes().stream())
                .toList();
    }

    /** The choices, in the order in which they are made. */
    public Collection<Choice> all() {
        return choices.values();
    }

    /**
     * What follows when some tensors are kept should they be needed, and no others are: which really are, and what has to run
     * again for the rest. Inputs of blocks are kept in any case.
     */
    public Outcome outcome(Predicate<Choice> keep) {
        Map<Cluster, List<Choice>> needed = new HashMap<>();
        all().stream().filter(Choice::isNeeded).forEach(choice -> need(needed, choice));
        List<Choice> kept = new ArrayList<>();
        List<Rebuild> rebuilds = new ArrayList<>();
        for (Cluster cluster : clusters.reversed()) {
            List<Tensor> again = new ArrayList<>();
            Set<Tensor> saved = new HashSet<>();
            for (Tensor output : cluster.outputs()) { // in their order, not in that of their needs
                Choice choice = choices.get(output);
                if (choice != null && needed.getOrDefault(cluster, List.of()).contains(choice)) {
                    if (choice.blockInput() || keep.test(choice)) {
                        kept.add(choice);
                        saved.add(output);
                    } else {
                        again.add(output);
                    }
                }
            }
            if (!again.isEmpty()) {
                Rebuild rebuild = Rebuild.of(cluster, again, saved);
                rebuilds.add(rebuild);
                for (Tensor input : rebuild.inputs()) {
                    if (choices.containsKey(input) && !choices.get(input).cluster().equals(cluster)) {
                        need(needed, choices.get(input));
                    }
                }
            }
        }
        return new Outcome(kept.reversed(), rebuilds.reversed());
    }

    /**
     * Predicted time of rebuilding one tensor.
     *
     * @param present the tensors that the backward pass finds, kept or rebuilt; what else it takes must run as well
     */
    double secondsToRebuild(Choice choice, Set<Tensor> present) {
        Set<Tensor> others = new HashSet<>(choice.cluster().outputs());
        others.retainAll(present);
        others.remove(choice.tensor());
        Rebuild rebuild = Rebuild.of(choice.cluster(), List.of(choice.tensor()), others);
        double seconds = rebuild.seconds();
        for (Tensor input : rebuild.inputs()) {
            Choice needed = choices.get(input);
            if (needed != null && !present.contains(input) && needed.cluster() != choice.cluster()) {
                seconds += secondsToRebuild(needed, present);
            }
        }
        return seconds;
    }

    private static void need(Map<Cluster, List<Choice>> needed, Choice choice) {
        List<Choice> ofCluster = needed.computeIfAbsent(choice.cluster(), cluster -> new ArrayList<>());
        if (!ofCluster.contains(choice)) {
            ofCluster.add(choice);
        }
    }
}
