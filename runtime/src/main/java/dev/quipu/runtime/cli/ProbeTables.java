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

    /** The first values that are not finite, a line for each pass that has one. */
    static String firstNotFinite(Probe probe) {
        StringBuilder lines = new StringBuilder();
        for (Site.Pass pass : List.of(Site.Pass.FORWARD, Site.Pass.BACKWARD)) {
            probe.firstNotFinite(pass)
                    .ifPresent(tensor -> lines.append(line(pass, tensor)).append('\n'));
        }
        return lines.isEmpty() ? "all values of all tensors are finite\n" : lines.toString();
    }

    private static String line(Site.Pass pass, ProbedTensor tensor) {
        NotFinite first = tensor.firstNotFinite().orElseThrow();
        return "first not finite in the %s pass: %s of %s, from %s %s; %d of %d values"
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

    private static void only(StringBuilder text, String where, List<String> names) {
        if (!names.isEmpty()) {
            text.append(where).append(String.join(", ", names)).append('\n');
        }
    }

    /** Nothing where a tensor has no finite value to speak of. */
    private static String finite(double value) {
        return Double.isFinite(value) ? number(value) : "";
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4g", value) : Double.toString(value);
    }
}
