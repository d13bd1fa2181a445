package dev.quipu.runtime.view;

import dev.quipu.runtime.bench.LaunchGroup;
import dev.quipu.runtime.bench.StepProfile;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Where the time of a step goes, as tables: by kind of launch, and the kernels that take longest. */
public final class LaunchView {
    private static final int KERNELS = 10;

    private LaunchView() {}

    public static String text(StepProfile profile) {
        double all = Math.max(1, profile.nanos());
        TextTable table = new TextTable("lrrrrr");
        table.row("kind", "launches", "ms", "of step", "FLOP/s", "B/s");
        rows(LaunchGroup.kinds(profile), LaunchGroup::kind, table, all);
        table.row("gaps", "", millis(profile.gapNanos()), Quantity.percent(profile.gapNanos(), all), "", "");
        table.row("step", profile.launches().size(), millis(all), "", "", "");
        table.line("").row("slowest kernels", "launches", "ms", "of step", "FLOP/s", "B/s");
        List<LaunchGroup> kernels = LaunchGroup.kernels(profile);
        rows(kernels.subList(0, Math.min(KERNELS, kernels.size())), LaunchGroup::name, table, all);
        return table.text();
    }

    private static void rows(
            List<LaunchGroup> groups, Function<LaunchGroup, String> name, TextTable table, double all) {
        groups.forEach(group -> table.row(
                name.apply(group),
                group.launches().size(),
                millis(group.nanos()),
                Quantity.percent(group.nanos(), all),
                Quantity.flops(group.flopsPerSecond()),
                Quantity.bytes(group.bytesPerSecond())));
    }

    static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }
}
