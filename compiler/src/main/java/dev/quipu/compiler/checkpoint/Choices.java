package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.Lazy;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** All that a checkpoint plan can decide about a joint graph. */
public final class Choices {
    private final Graph graph;
    private final List<Cluster> clusters;
    private final Supplier<Map<Tensor, Choice>> choices;

    private Choices(Graph graph, List<Cluster> clusters) {
        this.graph = graph;
        this.clusters = List.copyOf(clusters);
        this.choices = new Lazy<>(() -> find(graph, clusters));
    }

    /** The choices about a graph, which are found when somebody asks for them: a plan that keeps all need not know. */
    public static Choices of(Graph graph, List<Cluster> clusters) {
        return new Choices(graph, clusters);
    }

    public Graph graph() {
        return graph;
    }

    /** In the order in which they run when nothing is rebuilt. */
    public List<Cluster> clusters() {
        return clusters;
    }

    /** By tensor, in the order in which they are made. */
    public Map<Tensor, Choice> choices() {
        return choices.get();
    }

    /** Finds the stored tensors of the forward pass, who makes them, and who needs them. */
    private static Map<Tensor, Choice> find(Graph graph, List<Cluster> clusters) {
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
                if (node.site().pass() == Site.Pass.FORWARD
                        && Views.root(tensor).equals(tensor)) {
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
                                    forwardReaders.getOrDefault(tensor, List.of()),
                                    backwardReaders.getOrDefault(tensor, List.of()),
                                    rerun(Rebuild.of(cluster, List.of(tensor), outputs))));
                    outputs.add(tensor);
                }
            }
        }
        return choices;
    }

    /** Of the tensors of the forward pass; what stands before them takes names, too. */
    private static Map<Tensor, String> names(Graph graph) {
        List<Node> nodes = graph.nodes();
        int end = nodes.size();
        while (end > 0 && nodes.get(end - 1).site().pass() != Site.Pass.FORWARD) {
            end--;
        }
        TensorNames free = new TensorNames();
        Map<Tensor, String> names = new HashMap<>();
        for (Node node : nodes.subList(0, end)) {
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
        return choices().values();
    }

    /**
     * What follows when some tensors are kept should they be needed, and no others are: which really are, and what has to run
     * again for the rest. Inputs of blocks are kept in any case.
     */
    public Outcome outcome(Predicate<Choice> keep) {
        Set<Tensor> needed = new HashSet<>();
        all().stream().filter(Choice::isNeeded).forEach(choice -> needed.add(choice.tensor()));
        List<Choice> kept = new ArrayList<>();
        List<Rebuild> rebuilds = new ArrayList<>();
        for (Cluster cluster : clusters.reversed()) {
            ClusterOutcome outcome = outcome(cluster, needed, keep);
            kept.addAll(outcome.kept().reversed());
            outcome.rebuild().ifPresent(rebuild -> {
                rebuilds.add(rebuild);
                needed.addAll(rebuild.inputs());
            });
        }
        return new Outcome(kept.reversed(), rebuilds.reversed());
    }

    /**
     * All that something may need, backward rules or rebuilding, when nothing but the inputs of blocks is kept. For each, the
     * place of the first backward cluster that needs it, itself or for what may be rebuilt from it.
     */
    Map<Choice, Integer> asked() {
        Map<Cluster, Integer> places = new HashMap<>();
        clusters.forEach(cluster -> places.put(cluster, places.size()));
        Map<Tensor, Integer> needed = new HashMap<>();
        all().stream()
                .filter(Choice::isNeeded)
                .forEach(choice ->
                        needed.put(choice.tensor(), places.get(choice.readers().getFirst())));
        Map<Choice, Integer> asked = new HashMap<>();
        for (Cluster cluster : clusters.reversed()) {
            ClusterOutcome outcome = outcome(cluster, needed.keySet(), choice -> false);
            int first = outcome.asked().stream()
                    .mapToInt(choice -> needed.getOrDefault(choice.tensor(), Integer.MAX_VALUE))
                    .min()
                    .orElse(0);
            outcome.asked().forEach(choice -> asked.put(choice, first));
            outcome.rebuild()
                    .ifPresent(rebuild -> rebuild.inputs().forEach(input -> needed.merge(input, first, Math::min)));
        }
        return asked;
    }

    /**
     * What becomes of one cluster's outputs. An output that is kept spares the rest of its own cluster too: it is asked for when
     * an output that is rebuilt was computed from it.
     *
     * @param needed what clusters that run later need, this one's outputs among it
     */
    ClusterOutcome outcome(Cluster cluster, Set<Tensor> needed, Predicate<Choice> keep) {
        if (cluster.outputs().stream().noneMatch(needed::contains)) {
            return new ClusterOutcome(List.of(), List.of(), Optional.empty());
        }
        Set<Tensor> inside = new HashSet<>();
        List<Choice> asked = new ArrayList<>();
        List<Choice> kept = new ArrayList<>();
        List<Tensor> again = new ArrayList<>();
        for (Tensor output : cluster.outputs().reversed()) {
            Choice choice = choices().get(output);
            if (choice != null && (needed.contains(output) || inside.contains(output))) {
                asked.add(choice);
                if (choice.blockInput() || keep.test(choice)) {
                    kept.add(choice);
                } else {
                    collectOutputs(cluster, output.node(), inside);
                    if (needed.contains(output)) {
                        again.add(output);
                    }
                }
            }
        }
        Set<Tensor> saved = kept.stream().map(Choice::tensor).collect(Collectors.toSet());
        return new ClusterOutcome(
                asked.reversed(),
                kept.reversed(),
                again.isEmpty() ? Optional.empty() : Optional.of(Rebuild.of(cluster, again.reversed(), saved)));
    }

    /** The nearest of a cluster's outputs that a node of it was computed from. */
    private static void collectOutputs(Cluster cluster, Node node, Set<Tensor> outputs) {
        for (Tensor input : node.inputs()) {
            Tensor origin = Views.origin(input);
            if (cluster.outputs().contains(origin)) {
                outputs.add(origin);
            } else if (cluster.nodes().contains(origin.node())) {
                collectOutputs(cluster, origin.node(), outputs);
            }
        }
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
            Choice needed = choices().get(input);
            if (needed != null && !present.contains(input) && !needed.cluster().equals(choice.cluster())) {
                seconds += secondsToRebuild(needed, present);
            }
        }
        return seconds;
    }
}
