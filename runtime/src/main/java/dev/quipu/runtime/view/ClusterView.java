package dev.quipu.runtime.view;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.checkpoint.Planned;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.memory.Place;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Clusters as text: a kernel a line, repeated blocks once, then what each kind of kernel costs. */
public final class ClusterView {
    private ClusterView() {}

    /** The clusters of a planned graph, what they store that is saved for the backward pass, and its plan. */
    public static String text(Planned planned) {
        Set<Tensor> saved = saved(planned.plan());
        return text(planned.graph(), planned.clusters(), output -> saved.contains(output) ? " saved" : "")
                + plan(planned.plan());
    }

    /** The launches of a schedule, with the places of what they store, the plan, and the memory that they need. */
    public static String text(Compiled compiled) {
        Scheduled scheduled = compiled.scheduled();
        Set<Tensor> saved = saved(compiled.planned().plan());
        MemoryPlan memory = scheduled.memory();
        return text(
                        scheduled.graph(),
                        scheduled.clusters(),
                        output -> (saved.contains(output) ? " saved at " : " at ") + place(scheduled.place(output)))
                + plan(compiled.planned().plan())
                + "memory: " + memory.slots().size() + " tensors in an arena of " + Quantity.bytes(memory.bytes())
                + ", lower bound " + Quantity.bytes(memory.lowerBound()) + "\n";
    }

    private static Set<Tensor> saved(CheckpointPlan plan) {
        return plan.saved().stream().map(CheckpointPlan.Saved::tensor).collect(Collectors.toSet());
    }

    /** A line; none for a program without a backward pass, which has nothing to plan. */
    private static String plan(CheckpointPlan plan) {
        return plan.saved().isEmpty()
                ? ""
                : "plan: " + plan.name() + ", " + plan.saved().size() + " tensors of " + Quantity.bytes(plan.bytes())
                        + " saved, " + plan.rebuilt().size() + " recomputed\n";
    }

    private static String text(Graph graph, List<Cluster> clusters, Function<Tensor, String> places) {
        Folding folding = Folding.of(graph);
        TextTable table = new TextTable("lllrrll");
        Sections sections = new Sections(table);
        for (Cluster cluster : clusters) {
            Node head = cluster.head();
            if (folding.isShown(head)) {
                sections.enter(head.site().pass().name().toLowerCase(Locale.ROOT), folding.heading(head));
                table.row(
                        "  " + kind(cluster),
                        folding.layer(head),
                        ops(cluster),
                        Quantity.flops(cluster.flops()),
                        Quantity.bytes(cluster.bytes()),
                        head.site().origin(),
                        cluster.outputs().stream()
                                .map(output -> output.type() + places.apply(output))
                                .collect(Collectors.joining(", ")));
            }
        }
        return table.text() + totals(clusters);
    }

    private static String kind(Cluster cluster) {
        return cluster.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String ops(Cluster cluster) {
        return cluster.nodes().stream().map(node -> node.op().mnemonic()).collect(Collectors.joining(" "));
    }

    private static String place(Place place) {
        return switch (place) {
            case Place.Arena arena -> Long.toString(arena.offset());
            case Place.State state -> state.name();
            case Place.Input input -> "input " + input.name();
            case Place.Result result -> "result " + result.name();
            case Place.Part part -> place(part.whole()) + " + " + part.offset();
            case Place.Table table -> "table of angles";
        };
    }

    private static String totals(List<Cluster> clusters) {
        Map<String, List<Cluster>> kinds =
                clusters.stream().collect(Collectors.groupingBy(ClusterView::kind, TreeMap::new, Collectors.toList()));
        TextTable table = new TextTable("lrrr");
        kinds.forEach((kind, ofKind) -> row(table, kind, ofKind));
        row(table, "all", clusters);
        return "\n" + table.text();
    }

    private static void row(TextTable table, String kind, List<Cluster> clusters) {
        table.row(
                kind,
                clusters.size() + " kernels",
                Quantity.flops(clusters.stream().mapToLong(Cluster::flops).sum()),
                Quantity.bytes(clusters.stream().mapToLong(Cluster::bytes).sum()));
    }
}
