package dev.quipu.runtime.fuzz;

import dev.quipu.runtime.weights.WeightFuzzRows;
import java.util.ArrayList;
import java.util.List;

/** The table of readers of files that come from elsewhere. */
public final class FuzzTable {
    private FuzzTable() {}

    static List<FuzzRow> rows() {
        List<FuzzRow> rows = new ArrayList<>();
        rows.addAll(WeightFuzzRows.rows());
        return rows;
    }
}
