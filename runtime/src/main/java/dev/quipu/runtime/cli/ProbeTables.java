package dev.quipu.runtime.cli;

import dev.quipu.dsl.Site;
import dev.quipu.runtime.probe.Comparison;
import dev.quipu.runtime.probe.NotFinite;
import dev.quipu.runtime.probe.Probe;
import dev.quipu.runtime.probe.ProbedTensor;
import dev.quipu.runtime.probe.Statistics;
import dev.quipu.runtime.probe.TensorDifference;
import dev.quipu.runtime.view.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What {@code probe} finds, as text. */
final class ProbeTables {
    private ProbeTables() {}

    /** A row a tensor, and its values below where they are asked for. */
    static String tensors(List<ProbedTensor> tensors, Optional<ValueRange> range) {
        TextTable table = new TextTable("llrrrrrrl");
        table.row("tensor", "type", "least", "greatest", "mean", "deviation", "norm", "not finite", "line");
        for (ProbedTensor tensor : tensors) {
            Statistics values = tensor.statistics();
            table.row(
                    tensor.name(),
                    values.type(),
                    finite(values.least()),
                    finite(values.greatest()),
                    finite(values.mean()),
                    finite(values.deviation()),
                    finite(values.norm()),
                    values.notFinite() == 0 ? "" : values.notFinite(),
                    tensor.line());
            range.ifPresent(asked -> table.line("    " + values(tensor, asked)));
        }
        return table.text();
    }

    private static String values(ProbedTensor tensor, ValueRange asked) {
        ValueRange range = asked.within(tensor.value().size());
        return IntStream.range(range.from(), range.to())
                .mapToObj(place ->
                        String.format(Locale.ROOT, "%.6g", tensor.value().get(place)))
                .collect(Collectors.joining(" ", "[" + range.from() + ":" + range.to() + "] ", ""));
    }

    /**
     * The first values that are not finite, a line for each pass that has one.
     *
     * @param isWhole whether all tensors of the pass have been computed
     */
    static String firstNotFinite(Probe probe, boolean isWhole) {
        StringBuilder lines = new StringBuilder();
        for (Site.Pass pass : List.of(Site.Pass.FORWARD, Site.Pass.BACKWARD)) {
            probe.firstNotFinite(pass)
                    .ifPresent(tensor -> lines.append(isWhole ? "first" : "first of these")
                            .append(line(pass, tensor))
                            .append('\n'));
        }
        String all = "all values of " + (isWhole ? "all" : "these") + " tensors are finite\n";
        return lines.isEmpty() ? all : lines.toString();
    }

    private static String line(Site.Pass pass, ProbedTensor tensor) {
        NotFinite first = tensor.firstNotFinite().orElseThrow();
        return " not finite in the %s pass: %s of %s, from %s %s; %d of %d values"
                .formatted(
                        pass.name().toLowerCase(Locale.ROOT),
                        first,
                        tensor.name(),
                        tensor.op(),
                        tensor.site(),
                        tensor.statistics().notFinite(),
                        tensor.value().size());
    }

    /** A row a tensor that differs, and a summary. */
    static String comparison(String what, Comparison comparison) {
        TextTable table = new TextTable("llrrlrrrr");
        table.row(what, "type", "different", "largest", "at", "left", "right", "relative", "norm ratio");
        int rows = 0;
        for (TensorDifference difference : comparison.tensors()) {
            if (!difference.isEqual()) {
                rows++;
                table.row(
                        difference.name(),
                        difference.type(),
                        difference.different(),
                        number(difference.largest()),
                        difference.index(),
                        number(difference.left()),
                        number(difference.right()),
                        number(difference.relative()),
                        number(difference.normRatio()));
            }
        }
        StringBuilder text = new StringBuilder(rows == 0 ? "" : table.text());
        comparison
                .reshaped()
                .forEach(tensor -> text.append(
                        "another type: %s is %s and %s\n".formatted(tensor.name(), tensor.left(), tensor.right())));
        only(text, "only in the first: ", comparison.onlyLeft());
        only(text, "only in the second: ", comparison.onlyRight());
        text.append("%s: %d of %d tensors differ"
                .formatted(what, rows, comparison.tensors().size()));
        comparison
                .largest()
                .ifPresent(difference -> text.append(
                        ", the most " + difference.name() + " by " + number(difference.relative()) + " of its norm"));
        return text.append('\n').toString();
    }

    /** A row a tensor, and the first beyond the tolerance. */
    static String devices(Probe found, Comparison comparison, ProbeDeviceOptions devices) {
        TextTable table = new TextTable("llrrlrr");
        table.row("tensor", "type", "relative", "largest", "at", devices.other(), devices.name());
        for (TensorDifference difference : comparison.tensors()) {
            table.row(
                    difference.name(),
                    difference.type(),
                    number(difference.relative()),
                    number(difference.largest()),
                    difference.isEqual() ? "" : difference.index(),
                    difference.isEqual() ? "" : exact(difference.left()),
                    difference.isEqual() ? "" : exact(difference.right()));
        }
        return table.text()
                + comparison
                        .firstBeyond(devices.tolerance())
                        .map(difference -> beyond(difference, found.tensor(difference.name()), devices))
                        .orElseGet(() -> within(comparison, devices));
    }

    private static String beyond(TensorDifference difference, ProbedTensor tensor, ProbeDeviceOptions devices) {
        return String.format(
                Locale.ROOT,
                "first beyond %.1e: %s by %s of its norm, from %s %s\n",
                devices.tolerance(),
                tensor.name(),
                number(difference.relative()),
                tensor.op(),
                tensor.site());
    }

    private static String within(Comparison comparison, ProbeDeviceOptions devices) {
        String largest = comparison
                .largest()
                .map(difference -> "; the largest difference is " + number(difference.relative()) + " of the norm of "
                        + difference.name())
                .orElse(", all of them equal");
        return String.format(
                Locale.ROOT,
                "%d tensors of %s within %.1e of %s%s\n",
                comparison.tensors().size(),
                devices.name(),
                devices.tolerance(),
                devices.other(),
                largest);
    }

    private static void only(StringBuilder text, String where, List<String> names) {
        if (!names.isEmpty()) {
            text.append(where).append(String.join(", ", names)).append('\n');
        }
    }

    /** Nothing where a tensor has no finite value to speak of. */
    private static String finite(double value) {
        return Double.isFinite(value) ? number(value) : "";
    }

    /** With all digits that a float has. */
    private static String exact(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.8g", value) : Double.toString(value);
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value) : Double.toString(value);
    }
}
