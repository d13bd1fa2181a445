package dev.quipu.compiler.checkpoint;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The choices that keep the fewest bytes, as a cut through one group.
 *
 * <p>The far side of the cut is what the backward pass finds or does again: tensors that it needs, and nodes that run again. A
 * needed tensor is kept, which cuts the edge from its node and costs its bytes, or its node is on the far side too, and so is
 * all that the node reads. Tensors that must be kept hang on the source. Of equal cuts, the one with the least time wins, where
 * every node counts as a kernel of its own.
 *
 * <pre>
 *     source --time--> node --bytes--> tensor --needed--> sink
 *                        ^ tensors that it reads
 * </pre>
 */
final class MinimumCut {
    /** Time is told apart in so many steps. */
    private static final long STEPS = 1 << 20;

    private final Choices choices;
    private final ChoiceGroup group;
    private final Function<Choice, Decision> decide;
    private final MaximumFlow flow = new MaximumFlow();
    private final Map<Choice, Integer> tensors = new HashMap<>();
    private final Map<Node, Integer> nodes = new HashMap<>();
    private final long bytesWeight;
    private final double secondsWeight;

    private MinimumCut(Choices choices, ChoiceGroup group, Function<Choice, Decision> decide) {
        this.choices = choices;
        this.group = group;
        this.decide = decide;
        long bytes = group.members().stream().mapToLong(Choice::bytes).sum();
        double seconds = group.clusters().stream()
                .flatMap(cluster -> cluster.nodes().stream())
                .mapToDouble(MinimumCut::seconds)
                .sum();
        // all of the time is less than one byte, and all bytes together fit into a long
        bytesWeight = Math.min(STEPS, (1L << 61) / (bytes + 1));
        secondsWeight = (bytesWeight - 1) / seconds;
    }

    /**
     * The choices to keep, should they be needed, so that the fewest bytes are. Groups of equal shape are solved once.
     *
     * @param decide SAVE and RECOMPUTE are obeyed
     */
    static Set<Choice> of(Choices choices, Function<Choice, Decision> decide) {
        Map<List<Object>, BitSet> known = new HashMap<>();
        Set<Choice> kept = new HashSet<>();
        for (ChoiceGroup group : ChoiceGroup.of(choices)) {
            List<Object> shape =
                    group.shape(group.members().stream().map(decide).toList());
            known.computeIfAbsent(shape, key -> new MinimumCut(choices, group, decide).solve()).stream()
                    .mapToObj(group.members()::get)
                    .forEach(kept::add);
        }
        return kept;
    }

    private BitSet solve() {
        group.members().stream().filter(Choice::isNeeded).forEach(this::vertex);
        BitSet near = flow.cut();
        BitSet kept = new BitSet();
        for (int i = 0; i < group.members().size(); i++) {
            Choice member = group.members().get(i);
            boolean far = tensors.containsKey(member) && !near.get(tensors.get(member));
            kept.set(
                    i,
                    far
                            && (mustKeep(member)
                                    || near.get(nodes.get(member.tensor().node()))));
        }
        return kept;
    }

    private boolean mustKeep(Choice choice) {
        return choice.blockInput() || decide.apply(choice) == Decision.SAVE;
    }

    private int vertex(Choice choice) {
        Integer known = tensors.get(choice);
        if (known != null) {
            return known;
        }
        int vertex = flow.vertex();
        tensors.put(choice, vertex);
        if (choice.isNeeded()) {
            flow.edge(vertex, MaximumFlow.SINK, MaximumFlow.UNLIMITED);
        }
        long cost = choice.bytes() * bytesWeight;
        if (mustKeep(choice)) {
            flow.edge(MaximumFlow.SOURCE, vertex, cost);
        } else {
            boolean again = decide.apply(choice) == Decision.RECOMPUTE;
            int node = vertex(choice.tensor().node(), choice.cluster());
            flow.edge(node, vertex, again ? MaximumFlow.UNLIMITED : cost);
        }
        return vertex;
    }

    private int vertex(Node node, Cluster cluster) {
        Integer known = nodes.get(node);
        if (known != null) {
            return known;
        }
        int vertex = flow.vertex();
        nodes.put(node, vertex);
        flow.edge(MaximumFlow.SOURCE, vertex, Math.round(seconds(node) * secondsWeight));
        for (Tensor input : node.inputs()) {
            Tensor origin = Views.origin(input);
            Choice choice = choices.choices().get(origin);
            if (choice != null) {
                if (group.members().contains(choice)) {
                    flow.edge(vertex(choice), vertex, MaximumFlow.UNLIMITED);
                }
            } else if (cluster.nodes().contains(origin.node())) {
                flow.edge(vertex(origin.node(), cluster), vertex, MaximumFlow.UNLIMITED);
            }
        }
        return vertex;
    }

    private static double seconds(Node node) {
        return Cluster.alone(node).seconds();
    }
}
