package dev.quipu.compiler.checkpoint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * The largest flow from a source to a sink, and with it the cheapest set of edges that part them (Dinic 1970: shortest paths
 * first, all of one length in one phase).
 */
final class MaximumFlow {
    static final int SOURCE = 0;
    static final int SINK = 1;

    /** The capacity of edges that are never cut. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private static final class Edge {
        final int to;
        /** The edge that takes flow back. */
        final int back;

        long left;

        Edge(int to, int back, long left) {
            this.to = to;
            this.back = back;
            this.left = left;
        }

        void add(long flow) {
            if (left != UNLIMITED) {
                left += flow;
            }
        }
    }

    private final List<List<Edge>> edges = new ArrayList<>();
    private int[] distances = {};
    private int[] next = {};

    MaximumFlow() {
        vertex();
        vertex();
    }

    /** A new vertex. */
    int vertex() {
        edges.add(new ArrayList<>());
        return edges.size() - 1;
    }

    /** A new edge; finite capacities must not overflow when they are added up. */
    void edge(int from, int to, long capacity) {
        edges.get(from).add(new Edge(to, edges.get(to).size(), capacity));
        edges.get(to).add(new Edge(from, edges.get(from).size() - 1, 0));
    }

    /** The vertices on the source's side of a cheapest cut, as few as there can be. */
    BitSet cut() {
        while (reaches(SINK)) {
            next = new int[edges.size()];
            while (push(SOURCE, UNLIMITED) > 0) {
                // until no shortest path is left
            }
        }
        BitSet near = new BitSet();
        for (int vertex = 0; vertex < distances.length; vertex++) {
            near.set(vertex, distances[vertex] >= 0);
        }
        return near;
    }

    /** Measures distances from the source along edges with capacity left. */
    private boolean reaches(int goal) {
        distances = new int[edges.size()];
        Arrays.fill(distances, -1);
        distances[SOURCE] = 0;
        Deque<Integer> open = new ArrayDeque<>(List.of(SOURCE));
        while (!open.isEmpty()) {
            int vertex = open.remove();
            for (Edge edge : edges.get(vertex)) {
                if (edge.left > 0 && distances[edge.to] < 0) {
                    distances[edge.to] = distances[vertex] + 1;
                    open.add(edge.to);
                }
            }
        }
        return distances[goal] >= 0;
    }

    private long push(int vertex, long most) {
        if (vertex == SINK) {
            if (most == UNLIMITED) {
                throw new AssertionError("nothing can be cut");
            }
            return most;
        }
        for (; next[vertex] < edges.get(vertex).size(); next[vertex]++) {
            Edge edge = edges.get(vertex).get(next[vertex]);
            if (edge.left > 0 && distances[edge.to] == distances[vertex] + 1) {
                long flow = push(edge.to, Math.min(most, edge.left));
                if (flow > 0) {
                    edge.add(-flow);
                    edges.get(edge.to).get(edge.back).add(flow);
                    return flow;
                }
            }
        }
        return 0;
    }
}
