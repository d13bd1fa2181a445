package dev.quipu.runtime.fuzz;

import dev.quipu.runtime.tokenizer.bpe.BpeFuzzRows;
import dev.quipu.runtime.tokenizer.sentencepiece.SentencePieceFuzzRows;
import dev.quipu.runtime.weights.WeightFuzzRows;
import java.util.ArrayList;
import java.util.List;

/** The table of readers of files that come from elsewhere. */
public final class FuzzTable {
    private FuzzTable() {}

    static List<FuzzRow> rows() {
        List<FuzzRow> rows = new ArrayList<>();
        rows.addAll(WeightFuzzRows.rows());
        rows.addAll(SentencePieceFuzzRows.rows());
        rows.addAll(BpeFuzzRows.rows());
        return rows;
    }
}
