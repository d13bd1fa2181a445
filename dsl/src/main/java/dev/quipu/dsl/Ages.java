package dev.quipu.dsl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Nodes by their distance from the newest in the order of creation. A node is newer than its inputs, so the way from the newest to
 * the oldest meets each node behind all that read it, and needs no set of those that it has met.
 *
 * <p>A pass makes its nodes one after the other: nearly all have a place of their own in a table. The few that are far older
 * are sorted.
 */
final class Ages {
    private static final int FIRST_PLACES = 1 << 10;
    private static final int MOST_PLACES = 1 << 20;

    private final long newest;
    private Node[] near = new Node[FIRST_PLACES];
    private final TreeMap<Long, Node> far = new TreeMap<>();

    private Ages(long newest) {
        this.newest = newest;
    }

    /** The given nodes and all that they need, the oldest first. */
    static List<Node> needed(List<Node> ends) {
        long newest = 0;
        for (Node end : ends) {
            newest = Math.max(newest, end.order());
        }
        Ages ages = new Ages(newest);
        for (Node end : ends) {
            ages.put(end);
        }
        List<Node> needed = new ArrayList<>();
        for (int age = 0; age < ages.near.length; age++) {
            Node node = ages.near[age];
            if (node != null) {
                needed.add(node);
                ages.putInputs(node);
            }
        }
        while (!ages.far.isEmpty()) {
            Node node = ages.far.pollFirstEntry().getValue();
            needed.add(node);
            ages.putInputs(node);
        }
        return needed.reversed();
    }

    private void putInputs(Node node) {
        List<Tensor> inputs = node.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            put(inputs.get(i).node());
        }
    }

    private void put(Node node) {
        long age = newest - node.order();
        if (age >= MOST_PLACES) {
            far.put(age, node);
            return;
        }
        if (age >= near.length) {
            near = Arrays.copyOf(near, (int) Math.max(age + 1, 2L * near.length));
        }
        near[(int) age] = node;
    }
}
