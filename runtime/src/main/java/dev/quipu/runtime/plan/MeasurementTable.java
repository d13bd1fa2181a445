package dev.quipu.runtime.plan;

import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.TextTable;
import java.util.List;

/** A line for each plan: what was predicted, beside what was measured. */
public final class MeasurementTable {
    private MeasurementTable() {}

    /**
     * The table.
     *
     * @param measured the first plan saves everything
     */
    public static String of(List<MeasuredPlan> measured) {
        TextTable table = new TextTable("lrrrrrrrr");
        table.row("", "predicted", "of", "measured", "of", "fastest", "slowest", "arena and", "resident");
        table.row("plan", "step", "saveAll", "step", "saveAll", "", "", "scratch", "growth");
        MeasuredPlan all = measured.getFirst();
        for (MeasuredPlan plan : measured) {
            table.row(
                    plan.plan().name(),
                    Quantity.seconds(plan.plan().stepSeconds()),
                    Quantity.percent(plan.plan().stepSeconds(), all.plan().stepSeconds()),
                    Quantity.seconds(plan.stepSeconds()),
                    Quantity.percent(plan.stepSeconds(), all.stepSeconds()),
                    Quantity.seconds(plan.fastestSeconds()),
                    Quantity.seconds(plan.slowestSeconds()),
                    Quantity.bytes(plan.nativeBytes()),
                    plan.residentBytes().isPresent()
                            ? Quantity.bytes(Math.max(0, plan.residentBytes().getAsLong()))
                            : "unknown");
        }
        return table.text();
    }
}
