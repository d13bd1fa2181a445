package dev.quipu.runtime.plan;

import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.TextTable;

/** A line for each plan: what it keeps, what it rebuilds, and what a step costs under it. */
final class ComparisonTable {
    private ComparisonTable() {}

    static String of(PlanStudy study) {
        TextTable table = new TextTable("lrrrrrrrrrrrr");
        table.row("", "kept", "of", "", "", "rebuilding", "at", "", "step", "of", "peak", "of", "largest");
        table.row(
                "plan",
                "bytes",
                "saveAll",
                "tensors",
                "rebuilt",
                "time",
                "least",
                "gap",
                "time",
                "saveAll",
                "bytes",
                "saveAll",
                "live set");
        for (PlanSummary plan : study.plans()) {
            row(table, plan, study.saveAll());
        }
        return table.text();
    }

    private static void row(TextTable table, PlanSummary plan, PlanSummary all) {
        table.row(
                plan.name(),
                Quantity.bytes(plan.keptBytes()),
                Quantity.percent((double) plan.keptBytes(), (double) all.keptBytes()),
                plan.plan().saved().size(),
                plan.plan().rebuilt().size(),
                Quantity.seconds(plan.rebuildSeconds()),
                Quantity.seconds(plan.leastRebuildSeconds()),
                gap(plan.rebuildSeconds(), plan.leastRebuildSeconds()),
                Quantity.seconds(plan.stepSeconds()),
                Quantity.percent(plan.stepSeconds(), all.stepSeconds()),
                Quantity.bytes(plan.peakBytes()),
                Quantity.percent((double) plan.peakBytes(), (double) all.peakBytes()),
                Quantity.bytes(plan.memory().lowerBound()));
    }

    /** How far a value lies above a bound. */
    static String gap(double value, double bound) {
        if (value <= bound) {
            return "0.0%";
        }
        return bound == 0 ? "-" : Quantity.percent(value - bound, bound);
    }
}
