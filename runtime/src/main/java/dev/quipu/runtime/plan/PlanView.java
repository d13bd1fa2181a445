package dev.quipu.runtime.plan;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Costs;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.compiler.memory.Packing;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.op.CrossEntropy;
import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;

/** Plans as text for people. */
public final class PlanView {
    private static final int TIMELINE_LINES = 16;
    private static final int BAR = 40;
    private static final double GIGA = 1e9;
    private static final double MICRO = 1e-6;

    private PlanView() {}

    /** All plans of a study beside each other; then, where one was chosen, what it keeps for whom, and the memory of a step. */
    public static String text(PlanStudy study) {
        String comparison = ComparisonTable.of(study) + assumptions() + loss(study);
        return study.chosen()
                .map(plan -> TensorTable.of(plan) + "\n" + summary(plan) + "\n" + timeline(plan) + "\n" + comparison)
                .orElseGet(() -> comparison + "\n" + TensorTable.of(study.plans()));
    }

    private static String assumptions() {
        return String.format(
                Locale.ROOT,
                "step: forward and backward of one micro-batch, predicted at %.0f GFLOP/s, %.0f GB/s and %.0f us a"
                        + " launch wherever it runs; peak: activations and workspace\n",
                Costs.FLOPS_PER_SECOND / GIGA,
                Costs.BYTES_PER_SECOND / GIGA,
                Costs.SECONDS_PER_LAUNCH / MICRO);
    }

    /** Plans differ in nothing before the loss and in nothing within it. */
    private static String loss(PlanStudy study) {
        LongSummaryStatistics rows = study.plans().getFirst().gradient().planned().graph().nodes().stream()
                .filter(node -> node.op() instanceof CrossEntropy)
                .mapToLong(node -> node.inputs().getFirst().shape().rows())
                .summaryStatistics();
        return rows.getCount() == 0
                ? ""
                : "loss: logits of " + rows.getMax() + " of " + rows.getSum() + " tokens at once\n";
    }

    private static String summary(PlanSummary plan) {
        MemoryPlan memory = plan.memory();
        return "kept: " + plan.plan().saved().size() + " tensors, " + Quantity.bytes(plan.keptBytes()) + "\n"
                + "rebuilt: " + plan.plan().rebuilt().size() + " tensors in "
                + Quantity.seconds(plan.rebuildSeconds()) + ", at least " + Quantity.seconds(plan.leastRebuildSeconds())
                + (plan.request().budget().isPresent()
                        ? " for any plan within the budget (gap "
                        : " for any plan that keeps as few bytes (gap ")
                + ComparisonTable.gap(plan.rebuildSeconds(), plan.leastRebuildSeconds()) + ")\n"
                + "step: " + Quantity.seconds(plan.stepSeconds()) + ", "
                + Quantity.percent(plan.rebuildSeconds(), plan.stepSeconds()) + " of it rebuilding\n"
                + "peak: " + Quantity.bytes(memory.bytes()) + " in launch " + memory.peakLaunch() + " ("
                + place(plan.gradient().scheduled().clusters().get(memory.peakLaunch())) + "), at least "
                + Quantity.bytes(memory.lowerBound()) + " live at once (gap "
                + ComparisonTable.gap((double) memory.bytes(), (double) memory.lowerBound()) + "), packed "
                + packing(memory.packing())
                + "\n";
    }

    private static String packing(Packing packing) {
        return packing.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Live bytes after stretches of launches: the most within each. */
    private static String timeline(PlanSummary plan) {
        List<Cluster> clusters = plan.gradient().scheduled().clusters();
        long[] live = plan.memory().live(clusters.size());
        TextTable table = new TextTable("lrll");
        int stretch = Math.max(1, Math.ceilDiv(clusters.size(), TIMELINE_LINES));
        for (int from = 0; from < clusters.size(); from += stretch) {
            int to = Math.min(clusters.size(), from + stretch);
            long most = 0;
            for (int i = from; i < to; i++) {
                most = Math.max(most, live[i]);
            }
            int bar = (int) Math.round((double) BAR * most / Math.max(1, plan.peakBytes()));
            table.row("launch " + from, Quantity.bytes(most), "#".repeat(bar), place(clusters.get(from)));
        }
        return table.text();
    }

    private static String place(Cluster cluster) {
        Site site = cluster.head().site();
        return (site.pass().name().toLowerCase(Locale.ROOT) + " " + site.layer()).strip();
    }
}
