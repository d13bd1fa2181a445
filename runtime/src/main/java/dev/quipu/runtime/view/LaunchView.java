package dev.quipu.runtime.view;

import dev.quipu.runtime.device.LaunchTime;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where the time of a program goes, as tables: by kind of launch, and the kernels that take longest. */
public final class LaunchView {
    private static final int KERNELS = 10;

    private LaunchView() {}

    public static String text(List<LaunchTime> launches) {
        double all = Math.max(1, nanos(launches));
        TextTable table = new TextTable("lrrrrr");
        table.row("kind", "launches", "ms", "share", "FLOP/s", "B/s");
        groups(launches, launch -> launch.launch().kind(), Integer.MAX_VALUE, table, all);
        table.row("all", launches.size(), millis(nanos(launches)), "", "", "");
        table.line("").row("slowest kernels", "launches", "ms", "share", "FLOP/s", "B/s");
        groups(launches, launch -> launch.launch().name(), KERNELS, table, all);
        return table.text();
    }

    private static void groups(
            List<LaunchTime> launches, Function<LaunchTime, String> key, int most, TextTable table, double all) {
        Map<String, List<LaunchTime>> groups = launches.stream().collect(Collectors.groupingBy(key));
        groups.entrySet().stream()
                .sorted(Comparator.comparingDouble(group -> -nanos(group.getValue())))
                .limit(most)
                .forEach(group -> row(table, group.getKey(), group.getValue(), all));
    }

    private static void row(TextTable table, String name, List<LaunchTime> launches, double all) {
        double nanos = Math.max(1, nanos(launches));
        double flops =
                launches.stream().mapToLong(time -> time.launch().flops()).sum();
        double bytes =
                launches.stream().mapToLong(time -> time.launch().bytes()).sum();
        table.row(
                name,
                launches.size(),
                millis(nanos),
                String.format(Locale.ROOT, "%.1f%%", 100 * nanos / all),
                Quantity.flops(flops / nanos * 1e9),
                Quantity.bytes(bytes / nanos * 1e9));
    }

    private static double nanos(List<LaunchTime> launches) {
        return launches.stream().mapToLong(LaunchTime::nanos).sum();
    }

    private static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }
}
