package dev.quipu.compiler.verify;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.rewrite.Views;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what every stage promises. A breach is Quipu's own mistake, so it is an {@link AssertionError} with the node. */
public final class Verifier {
    private Verifier() {}

    /** Order, shape rules, one writer for every state or several that add to it, and no tensor with two sequence axes. */
    public static void check(Graph graph) {
        Set<Node> seen = new HashSet<>();
        Map<String, Node> writers = new HashMap<>();
        for (Node node : graph.nodes()) {
            for (Tensor input : node.inputs()) {
                require(seen.contains(input.node()), "stands before its input " + input.node(), node);
            }
            List<Type> types =
                    node.op().types(node.inputs().stream().map(Tensor::type).toList());
            require(types.equals(node.types()), "has types " + node.types() + " where its rule gives " + types, node);
            types.forEach(type -> require(sequenceAxes(type) <= 1, "has two sequence axes: " + type, node));
            String state = written(node);
            if (state != null) {
                Node other = writers.put(state, node);
                boolean sum = other != null && isAddition(other) && isAddition(node);
                require(other == null || sum, "writes " + state + ", which another node writes", node);
            }
            seen.add(node);
        }
        graph.results().values().forEach(result -> require(seen.contains(result.node()), "is missing", result.node()));
        graph.effects().forEach(effect -> require(seen.contains(effect), "is missing", effect));
    }

    /** Every node in at most one cluster, clusters after those they need, and slots that last as long as they are
     * needed. That no two of them share memory meanwhile is checked by the memory plan itself. */
    public static void check(Scheduled scheduled) {
        Map<Node, Integer> places = new HashMap<>();
        for (int i = 0; i < scheduled.clusters().size(); i++) {
            for (Node node : scheduled.clusters().get(i).nodes()) {
                require(places.put(node, i) == null, "is in two clusters", node);
            }
        }
        for (int i = 0; i < scheduled.clusters().size(); i++) {
            Cluster cluster = scheduled.clusters().get(i);
            for (Tensor input : cluster.inputs()) {
                Node producer = Views.origin(input).node();
                boolean ready = !places.containsKey(producer) || places.get(producer) < i;
                require(ready, "is read before it is computed", producer);
                checkSlot(scheduled.memory(), input, i);
            }
            for (Tensor output : cluster.outputs()) {
                checkSlot(scheduled.memory(), output, i);
            }
        }
        checkReaders(scheduled, places);
        checkAdditions(scheduled, places);
    }

    private static void checkSlot(MemoryPlan memory, Tensor tensor, int launch) {
        MemoryPlan.Slot slot = memory.slots().get(Views.root(tensor));
        boolean there = slot == null || (slot.birth() <= launch && launch <= slot.death());
        require(there, "is needed at launch " + launch + ", outside of " + slot, tensor.node());
    }

    /** Additions to one state run one after the other, in the order of their nodes. */
    private static void checkAdditions(Scheduled scheduled, Map<Node, Integer> places) {
        Map<String, Integer> newest = new HashMap<>();
        for (Node node : scheduled.graph().nodes()) {
            String state = written(node);
            if (state != null && places.containsKey(node)) {
                Integer earlier = newest.put(state, places.get(node));
                boolean later = earlier == null || earlier < places.get(node);
                require(later, "adds to " + state + " before an earlier node does, or with it", node);
            }
        }
    }

    /** A state is written after the last read of its old value, or by the kernel that reads it. */
    private static void checkReaders(Scheduled scheduled, Map<Node, Integer> places) {
        Map<String, Node> last = new HashMap<>();
        for (Node reader : scheduled.graph().nodes()) {
            for (Tensor input : reader.inputs()) {
                if (places.containsKey(reader) && Views.origin(input).node().op() instanceof ReadState read) {
                    last.merge(read.state(), reader, (one, other) -> places.get(one) < places.get(other) ? other : one);
                }
            }
        }
        for (Node writer : places.keySet()) {
            Node reader = last.get(written(writer));
            boolean before = reader == null || places.get(reader) <= places.get(writer);
            require(before, "reads " + written(writer) + " after it was written", reader);
        }
    }

    private static boolean isAddition(Node node) {
        return node.op() instanceof AccumulateState;
    }

    private static String written(Node node) {
        return switch (node.op()) {
            case WriteState write -> write.state();
            case AccumulateState accumulate -> accumulate.state();
            default -> null;
        };
    }

    private static long sequenceAxes(Type type) {
        return type.shape().dims().stream()
                .filter(dim -> List.of(dim.name().split("\\*")).contains(Dim.SEQUENCE))
                .count();
    }

    private static void require(boolean holds, String breach, Node node) {
        if (!holds) {
            throw new AssertionError(node + " " + breach);
        }
    }
}
