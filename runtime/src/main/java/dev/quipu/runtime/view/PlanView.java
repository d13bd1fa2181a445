package dev.quipu.runtime.view;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.dsl.Node;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A checkpoint plan as a table of what is kept for whom, and the memory over the course of a step. */
public final class PlanView {
    private static final int TIMELINE_LINES = 16;
    private static final int BAR = 40;

    private PlanView() {}

    /** The plan of a {@code gradient} program. */
    public static String text(Compiled gradient) {
        CheckpointPlan plan = gradient.planned().plan();
        Folding folding = Folding.of(gradient.planned().graph());
        TextTable table = new TextTable("lllrrl");
        table.row("tensor", "op", "type", "bytes", "in all", "read by");
        for (CheckpointPlan.Saved saved : plan.saved()) {
            Node node = saved.tensor().node();
            if (folding.isShown(node)) {
                int count = folding.count(node);
                String heading = folding.heading(node);
                table.row(
                        (heading.isEmpty() ? "" : heading + " ") + name(folding.layer(node)),
                        node.op().mnemonic()
                                + (saved.tensor().index() == 0
                                        ? ""
                                        : "." + saved.tensor().index()),
                        saved.tensor().type(),
                        Quantity.bytes(saved.bytes()),
                        Quantity.bytes((double) saved.bytes() * count),
                        readers(saved.choice().readers(), folding));
            }
        }
        MemoryPlan memory = gradient.scheduled().memory();
        return table.text()
                + "saved: " + plan.saved().size() + " tensors, " + Quantity.bytes(plan.bytes()) + "\n"
                + "arena: " + Quantity.bytes(memory.bytes()) + ", lower bound " + Quantity.bytes(memory.lowerBound())
                + " (" + percent(memory) + " above it)\n"
                + timeline(gradient.scheduled().clusters(), memory);
    }

    private static String name(String layer) {
        return layer.isEmpty() ? "(itself)" : layer;
    }

    private static String readers(List<Cluster> readers, Folding folding) {
        return readers.stream()
                .map(Cluster::head)
                .map(reader -> (reader.op().mnemonic() + " " + folding.layer(reader)).strip())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String percent(MemoryPlan memory) {
        double above =
                memory.lowerBound() == 0 ? 0 : 100.0 * (memory.bytes() - memory.lowerBound()) / memory.lowerBound();
        return String.format(Locale.ROOT, "%.1f%%", above);
    }

    /** Live bytes after stretches of launches: the most within each. */
    private static String timeline(List<Cluster> clusters, MemoryPlan memory) {
        long[] live = memory.live(clusters.size());
        TextTable table = new TextTable("lrll");
        int stretch = Math.max(1, Math.ceilDiv(clusters.size(), TIMELINE_LINES));
        for (int from = 0; from < clusters.size(); from += stretch) {
            int to = Math.min(clusters.size(), from + stretch);
            long most = 0;
            for (int i = from; i < to; i++) {
                most = Math.max(most, live[i]);
            }
            int bar = (int) Math.round((double) BAR * most / Math.max(1, memory.bytes()));
            Node head = clusters.get(from).head();
            table.row(
                    "launch " + from,
                    Quantity.bytes(most),
                    "#".repeat(bar),
                    head.site().pass().name().toLowerCase(Locale.ROOT) + " "
                            + head.site().layer());
        }
        return table.text();
    }
}
