package dev.quipu.compiler.cluster;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.CacheWrite;
import dev.quipu.dsl.op.Constant;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Sum;
import dev.quipu.dsl.op.WriteState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Decides which nodes run as one kernel. Nodes are visited in order; each joins the newest cluster among its producers that
 * takes its form and that no other producer of it still has to wait for, or one that reads the same rows, or starts one. The
 * clusters come out in an order in which each stands after those it needs.
 */
public final class Clustering {
    private final Graph graph;
    private final Map<Tensor, List<Node>> readers;
    private final Map<String, List<Node>> stateReaders = new HashMap<>();
    private final Map<Node, Group> groups;
    /** By state, the cluster with the newest node that writes it. */
    private final Map<String, Group> writers = new HashMap<>();

    private final List<Group> all = new ArrayList<>();

    /** Indices of the groups that some other one waits for. */
    private final BitSet awaited = new BitSet();

    private Clustering(Graph graph) {
        this.graph = graph;
        this.readers = graph.readers();
        this.groups = new HashMap<>(2 * graph.nodes().size());
    }

    /** The clusters of a graph, in an order in which they can run. Views, inputs and reads of state are in none. */
    public static List<Cluster> of(Graph graph) {
        Clustering clustering = new Clustering(graph);
        clustering.collectStateReaders();
        // a write waits for every read of the old value, so all readers are placed before it
        for (boolean writers : List.of(false, true)) {
            for (int position = 0; position < graph.nodes().size(); position++) {
                Node node = graph.nodes().get(position);
                if (written(node).isEmpty() != writers) {
                    clustering.place(node, position);
                }
            }
        }
        return clustering.finish();
    }

    private void collectStateReaders() {
        for (Node node : graph.nodes()) {
            for (Tensor input : node.inputs()) {
                if (source(input).op() instanceof ReadState read && !Views.isView(node)) {
                    List<Node> reading = stateReaders.computeIfAbsent(read.state(), state -> new ArrayList<>());
                    reading.add(node);
                }
            }
        }
    }

    private void place(Node node, int position) {
        Form form = Form.of(node);
        if (form == null || isInlined(node)) {
            return;
        }
        Cluster.Kind kind = kind(node, form);
        Set<Group> needed = needs(node);
        Group home = home(node, form, kind, needed);
        if (home == null) {
            home = sibling(node, form, kind, needed);
        }
        if (home == null) {
            home = start(kind, form, position);
        }
        home.nodes.add(node);
        groups.put(node, home);
        if (!written(node).isEmpty()) {
            writers.put(written(node), home);
        }
        needed.remove(home);
        waitFor(home, needed);
    }

    /** A constant that only maps read is a number in their kernels. */
    private boolean isInlined(Node node) {
        return node.op() instanceof Constant
                && !graph.results().containsValue(node.output(0))
                && readers.getOrDefault(node.output(0), List.of()).stream().allMatch(Form::isMap);
    }

    /** The newest group that takes the node and that none of its other needs waits for, or null. */
    private Group home(Node node, Form form, Cluster.Kind kind, Set<Group> needed) {
        if (kind == Cluster.Kind.COLUMNS && !(node.op() instanceof Sum)) {
            return null;
        }
        Group newest = null;
        for (Group group : needed) {
            if ((newest == null || newest.index < group.index) && takes(group, node, form, needed)) {
                newest = group;
            }
        }
        return newest;
    }

    private boolean takes(Group group, Node node, Form form, Set<Group> needed) {
        return group != writers.get(written(node))
                && group.form.takes(group.kind, node, form)
                && viewsFit(node, group)
                && readsInPlace(node, group)
                && (group.kind != Cluster.Kind.PRODUCT || savesTraffic(node, group))
                && (!group.storesOnce() || isOnlyReader(node, group))
                && (!group.isOneRow() || sharesRow(node, group))
                && !isAwaited(group, needed);
    }

    private static boolean isAwaited(Group group, Set<Group> needed) {
        for (Group other : needed) {
            if (other.before.get(group.index)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A map belongs to a product when the product then need not be stored itself, or when the map's own result has to be
     * stored anyway. A map that only a reduction reads is better computed where it is reduced.
     */
    private boolean savesTraffic(Node node, Group group) {
        if (node.types().isEmpty()) {
            return true;
        }
        boolean onlyReader = true;
        for (Tensor input : node.inputs()) {
            onlyReader &=
                    groups.get(source(input)) != group || readers.get(input).size() == 1;
        }
        if (onlyReader) {
            return true;
        }
        for (Node reader : readers.getOrDefault(node.output(0), List.of())) {
            if (isReduction(reader)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a node alone reads the first output of a group's only node, and not through a view; what a cache holds is state. */
    private boolean isOnlyReader(Node node, Group group) {
        Node head = group.nodes.getFirst();
        Tensor made = head.output(0);
        return group.nodes.size() == 1
                && !(head.op() instanceof CacheWrite)
                && node.inputs().equals(List.of(made))
                && readers.get(made).size() == 1
                && !graph.results().containsValue(made);
    }

    /**
     * One row is the work of one worker, so what needs no more of it than a number runs beside it and not in it: the norm of all
     * gradients may end in a row, and would take the step of every parameter that is as long.
     */
    private boolean sharesRow(Node node, Group group) {
        boolean readsRows = false;
        for (Tensor input : node.inputs()) {
            if (input.shape().elements() > 1) {
                if (groups.get(source(input)) == group || group.reads(Views.origin(input))) {
                    return true;
                }
                readsRows = true;
            }
        }
        return !readsRows || node.types().isEmpty();
    }

    private static boolean isOfRows(Node node) {
        return Objects.requireNonNull(Form.of(node)).kind() == Cluster.Kind.ROWS;
    }

    private boolean isReduction(Node node) {
        Form form = Form.of(node);
        return form != null
                && (form.kind() == Cluster.Kind.COLUMNS || (form.kind() == Cluster.Kind.ROWS && !Form.isMap(node)));
    }

    /** A cluster of rows that reads the same tensor and waits already for all that the node needs, or null. */
    private Group sibling(Node node, Form form, Cluster.Kind kind, Set<Group> needed) {
        if (kind != Cluster.Kind.ROWS || node.types().isEmpty()) {
            return null;
        }
        Shape walked = form.shape();
        for (Tensor input : node.inputs()) {
            if (!input.shape().sameSizes(walked)) {
                continue;
            }
            for (Node reader : readers.getOrDefault(input, List.of())) {
                Group group = groups.get(reader);
                if (group != null
                        && group.kind == Cluster.Kind.ROWS
                        && group.form.shape().sameSizes(walked)
                        && waitsForAll(group, needed)) {
                    return group;
                }
            }
        }
        return null;
    }

    private static boolean waitsForAll(Group group, Set<Group> needed) {
        for (Group need : needed) {
            if (!group.before.get(need.index)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Inside a kernel a view must keep rows and columns in place, all of them; only a sum's row may change its dimensions.
     * Everything is an f32 there: integers not yet truncated, bf16 not yet rounded.
     */
    private boolean viewsFit(Node node, Group group) {
        for (Tensor input : node.inputs()) {
            if (groups.get(source(input)) == group && !fits(input, group)) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(Tensor input, Group group) {
        if (input.type().dtype() != DType.F32 || Views.isPart(input)) {
            return false;
        }
        if (!Views.isView(input.node())) {
            return true;
        }
        Shape made = source(input).types().getFirst().shape();
        return group.kind == Cluster.Kind.COLUMNS
                || (made.last().size() == input.shape().last().size()
                        && made.rows() == input.shape().rows());
    }

    private Group start(Cluster.Kind kind, Form form, int position) {
        Group group = new Group(all.size(), position, kind, form);
        all.add(group);
        return group;
    }

    private void waitFor(Group group, Set<Group> needed) {
        BitSet more = new BitSet();
        for (Group other : needed) {
            more.set(other.index);
            more.or(other.before);
        }
        if (more.get(group.index)) {
            throw new AssertionError("clusters wait for each other at " + group.nodes);
        }
        group.needs.addAll(needed);
        more.andNot(group.before);
        if (more.isEmpty()) {
            return;
        }
        group.before.or(more);
        awaited.or(more);
        if (!awaited.get(group.index)) {
            return; // as nearly always: else all pairs of groups would be looked at
        }
        for (Group later : all) {
            if (later.before.get(group.index)) {
                later.before.or(more);
            }
        }
    }

    /** A map whose only reader sums it over leading axes runs with the sum, so that it is never stored. */
    private Cluster.Kind kind(Node node, Form form) {
        if (form.kind() != Cluster.Kind.ROWS
                || !Form.isMap(node)
                || node.types().isEmpty()) {
            return form.kind();
        }
        List<Node> read = readers.getOrDefault(node.output(0), List.of());
        Form reader = read.size() == 1 ? Form.of(read.getFirst()) : null;
        boolean summed = reader != null
                && reader.kind() == Cluster.Kind.COLUMNS
                && !graph.results().containsValue(node.output(0));
        return summed ? Cluster.Kind.COLUMNS : form.kind();
    }

    /**
     * The groups that make the inputs, seen through views; a write of state also waits for the state's readers, and for what was
     * written to it before.
     */
    private Set<Group> needs(Node node) {
        Set<Group> needs = new LinkedHashSet<>();
        for (Tensor input : node.inputs()) {
            needs.add(groups.get(source(input)));
        }
        String state = written(node);
        if (!state.isEmpty()) {
            for (Node reader : stateReaders.getOrDefault(state, List.of())) {
                needs.add(groups.get(reader));
            }
            // additions to one state run in the order of their nodes, each in a kernel of its own: sums have one order
            needs.add(writers.get(state));
        }
        needs.remove(null); // what is in no group
        return needs;
    }

    /** The state that a node replaces or adds to, or "". */
    private static String written(Node node) {
        return node.op() instanceof WriteState write
                ? write.state()
                : node.op() instanceof AccumulateState accumulate ? accumulate.state() : "";
    }

    /** A kernel may write state over what it reads only where it reads each element at the place where it writes it. */
    private static boolean readsInPlace(Node writer, Group group) {
        String state = written(writer);
        if (state.isEmpty()) {
            return true;
        }
        Shape place = writer.inputs().getFirst().shape();
        for (Node reader : group.nodes) {
            for (Tensor input : reader.inputs()) {
                boolean old = source(input).op() instanceof ReadState read
                        && read.state().equals(state);
                if (old && !(input.shape().sameSizes(place) && isOfRows(reader))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Node source(Tensor tensor) {
        return Views.origin(tensor).node();
    }

    /**
     * Kahn's order. Among those that could run next, clusters that store nothing but state come first, since they set memory
     * free and take none: a gradient is added to its state as soon as it exists. Then the one whose first node is earliest.
     */
    private List<Cluster> finish() {
        StoredOutputs outputs = new StoredOutputs(graph);
        List<List<Tensor>> stored = new ArrayList<>(all.size());
        int[] waiting = new int[all.size()];
        for (Group group : all) {
            stored.add(outputs.of(group.kind, group.nodes));
            waiting[group.index] = group.needs.size();
            for (Group need : group.needs) {
                need.followers.add(group);
            }
        }
        PriorityQueue<Group> open = new PriorityQueue<>((one, other) -> {
            boolean first = !stored.get(one.index).isEmpty();
            boolean second = !stored.get(other.index).isEmpty();
            return first == second ? Integer.compare(one.position, other.position) : Boolean.compare(first, second);
        });
        for (Group group : all) {
            if (waiting[group.index] == 0) {
                open.add(group);
            }
        }
        List<Cluster> ordered = new ArrayList<>();
        while (!open.isEmpty()) {
            Group next = open.remove();
            ordered.add(new Cluster(next.kind, next.nodes, stored.get(next.index)));
            for (Group later : next.followers) {
                if (--waiting[later.index] == 0) {
                    open.add(later);
                }
            }
        }
        if (ordered.size() != all.size()) {
            throw new AssertionError("clusters wait for each other");
        }
        return ordered;
    }
}
