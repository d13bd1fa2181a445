package dev.quipu.runtime.op;

import java.util.ArrayList;
import java.util.List;

/** The table of ops: what is checked of every op of the language, on the reference and on every device. */
final class OpTable {
    private OpTable() {}

    static List<OpRow> rows() {
        List<OpRow> rows = new ArrayList<>();
        rows.addAll(PointwiseRows.rows());
        rows.addAll(RowRows.rows());
        rows.addAll(MatrixRows.rows());
        rows.addAll(AttentionRows.rows());
        rows.addAll(CachedRows.rows());
        rows.addAll(ShapeRows.rows());
        rows.addAll(StateRows.rows());
        return rows;
    }
}
