package dev.quipu.compiler.cluster;

import dev.quipu.compiler.rewrite.Views;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A cluster in the making. */
final class Group {
    final int index;
    /** Of the first node in the graph. */
    final int position;

    final Cluster.Kind kind;
    final Form form;
    final List<Node> nodes = new ArrayList<>();
    /** Groups that this one reads from or must not overtake. */
    final Set<Group> needs = new LinkedHashSet<>();
    /** Groups that need this one, in order, once all are known. */
    final List<Group> followers = new ArrayList<>();
    /** Indices of all groups that must run before this one. */
    final BitSet before = new BitSet();

    Group(int index, int position, Cluster.Kind kind, Form form) {
        this.index = index;
        this.position = position;
        this.kind = kind;
        this.form = form;
    }

    /** Whether its kernel stores each element of its tensor as it is made, at one place. */
    boolean storesOnce() {
        return kind == Cluster.Kind.ATTENTION || kind == Cluster.Kind.MOVE;
    }

    boolean isOneRow() {
        return kind == Cluster.Kind.ROWS && form.shape().rows() == 1;
    }

    /** Whether one of its nodes reads a tensor, seen through views. */
    boolean reads(Tensor origin) {
        for (Node node : nodes) {
            for (Tensor input : node.inputs()) {
                if (Views.origin(input).equals(origin)) {
                    return true;
                }
            }
        }
        return false;
    }
}
