package dev.quipu.dsl.text;

import dev.quipu.dsl.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the plan that stands behind a graph's text. */
final class PlanPrinter {
    private record Line(String value, String fate, String slot, String name) {}

    private final GraphPlan plan;
    private final StoredNames names;
    private final StringBuilder out = new StringBuilder();

    private PlanPrinter(PlannedGraph graph) {
        this.plan = graph.plan();
        this.names = new StoredNames(graph.graph());
    }

    static String print(PlannedGraph graph) {
        return new PlanPrinter(graph).print();
    }

    private String print() {
        out.append("plan ").append(Words.name(plan.name()));
        plan.arena().ifPresent(bytes -> out.append(" arena ").append(bytes));
        out.append(" {\n");
        if (plan.arena().isPresent()) {
            out.append("    // at a byte of the arena, for so many bytes, until the last launch that reads it\n");
        }
        List<List<Line>> lines = plan.launches().stream()
                .map(launch -> launch.stored().stream().map(this::line).toList())
                .toList();
        int value = width(lines, Line::value);
        int fate = width(lines, Line::fate);
        int slot = width(lines, Line::slot);
        for (int i = 0; i < lines.size(); i++) {
            launch(i, plan.launches().get(i));
            for (Line line : lines.get(i)) {
                out.append("        ").append(padded(line.value(), value)).append("  ");
                out.append(padded(line.fate(), fate)).append(padded(line.slot(), slot));
                out.append("  // ").append(line.name()).append('\n');
            }
        }
        return out.append("}\n").toString();
    }

    private void launch(int number, GraphPlan.Launch launch) {
        String nodes = launch.nodes().stream().map(node -> "%" + node).collect(Collectors.joining(", "));
        out.append("    launch ").append(number).append(' ');
        out.append(Words.name(launch.kind())).append('(').append(nodes).append(")\n");
    }

    private Line line(GraphPlan.Stored stored) {
        String slot = stored.slot()
                .map(known ->
                        place(known) + known.over().map(over -> " over " + over).orElse(""))
                .orElse("");
        return new Line(stored.value().toString(), word(stored.fate()), slot, names.of(stored.value()));
    }

    /** A slot but for whose memory it was. */
    static String place(GraphPlan.Slot slot) {
        return " at " + slot.offset() + " for " + slot.bytes() + " until " + slot.until();
    }

    static String word(GraphPlan.Fate fate) {
        return fate.name().toLowerCase(Locale.ROOT);
    }

    static String word(Site.Pass pass) {
        return pass.name().toLowerCase(Locale.ROOT);
    }

    private static int width(List<List<Line>> lines, Function<Line, String> cell) {
        List<String> cells = new ArrayList<>();
        lines.forEach(ofLaunch -> ofLaunch.forEach(line -> cells.add(cell.apply(line))));
        return cells.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
