package dev.quipu.runtime.plan;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A line for each tensor that plans keep or rebuild, repeated layers once: its bytes, what becomes of it, and why. */
final class TensorTable {
    private static final double SAME = 1.01;

    private TensorTable() {}

    /** One plan, with what it keeps. */
    static String of(PlanSummary plan) {
        TextTable table = new TextTable("llrrlrrl");
        table.row(
                "tensor", "axes", "bytes", "count", "plan", "kept", "rebuilding one", "needed by the backward rule of");
        List<FoldedTensor> tensors = FoldedTensor.of(List.of(plan));
        Heading heading = new Heading(table, tensors);
        for (FoldedTensor tensor : tensors) {
            heading.enter(tensor.list());
            long kept = tensor.keptBytes(0);
            table.row(
                    heading.indent() + tensor.name(),
                    axes(tensor.type()),
                    Quantity.bytes(tensor.type().bytes()),
                    tensor.count(),
                    tensor.fate(0),
                    kept == 0 ? "-" : Quantity.bytes(kept),
                    seconds(tensor),
                    tensor.reason());
        }
        return table.text();
    }

    /** Several plans beside each other. */
    static String of(List<PlanSummary> plans) {
        TextTable table = new TextTable("llrr" + "l".repeat(plans.size()) + "rl");
        List<Object> titles = new ArrayList<>(List.of("tensor", "axes", "bytes", "in all"));
        plans.forEach(plan -> titles.add(plan.name()));
        titles.addAll(List.of("rebuilding one, at least", "needed by the backward rule of"));
        table.row(titles.toArray());
        List<FoldedTensor> tensors = FoldedTensor.of(plans);
        Heading heading = new Heading(table, tensors);
        for (FoldedTensor tensor : tensors) {
            heading.enter(tensor.list());
            List<Object> cells = new ArrayList<>();
            cells.add(heading.indent() + tensor.name());
            cells.add(axes(tensor.type()));
            cells.add(Quantity.bytes(tensor.type().bytes()));
            cells.add(Quantity.bytes(tensor.type().bytes() * tensor.count()));
            for (int i = 0; i < plans.size(); i++) {
                cells.add(tensor.fate(i));
            }
            cells.add(Quantity.seconds(tensor.leastSeconds()));
            cells.add(tensor.reason());
            table.row(cells.toArray());
        }
        return table.text();
    }

    /** The line above the tensors of a list's layers. */
    private static final class Heading {
        private final TextTable table;
        private final List<FoldedTensor> tensors;
        private String current = "";

        Heading(TextTable table, List<FoldedTensor> tensors) {
            this.table = table;
            this.tensors = tensors;
        }

        void enter(String list) {
            if (!list.equals(current)) {
                current = list;
                if (!list.isEmpty()) {
                    NavigableSet<Integer> elements = new TreeSet<>();
                    tensors.stream()
                            .filter(tensor -> tensor.list().equals(list))
                            .forEach(tensor -> elements.addAll(tensor.elements()));
                    table.line(list + "." + FoldedTensor.ranges(elements) + " x " + elements.size() + ":");
                }
            }
        }

        String indent() {
            return current.isEmpty() ? "" : "  ";
        }
    }

    private static String axes(Type type) {
        return type.shape().dims().stream()
                .filter(dim -> dim.size() > 1 || isOfText(dim))
                .map(Dim::name)
                .collect(Collectors.joining(" x "));
    }

    private static boolean isOfText(Dim dim) {
        return dim.name().equals(Dim.BATCH) || dim.name().equals(Dim.SEQUENCE);
    }

    private static String seconds(FoldedTensor tensor) {
        String most = Quantity.seconds(tensor.mostSeconds());
        return tensor.mostSeconds() <= SAME * tensor.leastSeconds()
                ? most
                : Quantity.seconds(tensor.leastSeconds()) + " to " + most;
    }
}
