package dev.quipu.runtime.view;

import dev.quipu.codegen.launch.LaunchWork;
import dev.quipu.runtime.bench.LaunchGroup;
import dev.quipu.runtime.bench.Roofline;
import dev.quipu.runtime.device.Ceilings;
import java.util.Locale;

/** A step beside what the machine could do, as tables. */
public final class RooflineView {
    private static final double NANOS_A_MICRO = 1e3;

    private RooflineView() {}

    /** Each kind of launch: what it must do, how long that takes, and how long it would take at the ceiling. */
    public static String kinds(Roofline roofline) {
        double all = roofline.profile().nanos();
        TextTable table = new TextTable("lrrrrrrr");
        table.row("kind", "launches", "ms", "of step", "work", "moved", "least ms", "of ceiling");
        LaunchWork work = LaunchWork.NONE;
        for (LaunchGroup kind : LaunchGroup.kinds(roofline.profile())) {
            work = work.plus(kind.work());
            table.row(
                    kind.kind(),
                    kind.launches().size(),
                    LaunchView.millis(kind.nanos()),
                    Quantity.percent(kind.nanos(), all),
                    Quantity.flops(kind.work().flops()),
                    Quantity.bytes(kind.work().bytes()),
                    LaunchView.millis(roofline.leastNanos(kind)),
                    Quantity.percent(roofline.share(kind), 1));
        }
        double gaps = roofline.profile().gapNanos();
        table.row("gaps", "", LaunchView.millis(gaps), Quantity.percent(gaps, all), "", "", "", "");
        table.row(
                "step",
                roofline.profile().launches().size(),
                LaunchView.millis(all),
                "",
                Quantity.flops(work.flops()),
                Quantity.bytes(work.bytes()),
                LaunchView.millis(roofline.leastNanos()),
                Quantity.percent(roofline.share(), 1));
        return table.line("")
                .line(ceilings(roofline.ceilings()))
                .line(String.format(
                        Locale.ROOT,
                        "between two launches: %.2f us; a launch that does nothing takes %.2f us",
                        roofline.profile().gapNanosALaunch() / NANOS_A_MICRO,
                        roofline.ceilings().launchNanos() / NANOS_A_MICRO))
                .text();
    }

    private static String ceilings(Ceilings ceilings) {
        return String.format(
                Locale.ROOT,
                "ceilings, medians of this run: %s/s of fused multiply-adds,%s %s/s read, %s/s copied",
                Quantity.flops(ceilings.flopsPerSecond()),
                ceilings.roundedFlopsPerSecond().isPresent()
                        ? " " + Quantity.flops(ceilings.roundedFlopsPerSecond().getAsDouble()) + "/s of bf16 products,"
                        : "",
                Quantity.bytes(ceilings.readBytesPerSecond()),
                Quantity.bytes(ceilings.copyBytesPerSecond()));
    }

    /** The kernels that lose most time against their ceiling. */
    public static String furthest(Roofline roofline, int most) {
        TextTable table = new TextTable("llrrrrrrl");
        table.row(
                "furthest from the ceiling",
                "shape",
                "launches",
                "ms",
                "lost ms",
                "of ceiling",
                "FLOP/s",
                "B/s",
                "bound by");
        for (LaunchGroup kernel : roofline.furthest(most)) {
            table.row(
                    kernel.name(),
                    kernel.shape(),
                    kernel.launches().size(),
                    LaunchView.millis(kernel.nanos()),
                    LaunchView.millis(roofline.lostNanos(kernel)),
                    Quantity.percent(roofline.share(kernel), 1),
                    Quantity.flops(kernel.flopsPerSecond()),
                    Quantity.bytes(kernel.bytesPerSecond()),
                    roofline.ceilings().isComputeBound(kernel.work()) ? "compute" : "memory");
        }
        return table.text();
    }
}
