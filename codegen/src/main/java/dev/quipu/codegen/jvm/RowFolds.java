package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Emitter;
import dev.quipu.codegen.kernel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * One number of each row's lanes, as largest scores and sums are, for the rows of a group together: a tree of exchanges between
 * rows instead of one in each. Rows' numbers are the lanes of one vector, or where there are more rows than lanes of several.
 */
record RowFolds(int rows, int lanes) {
    /** Where one vector of numbers goes. */
    interface Target {
        /** Takes the numbers of neighbouring rows from the first on. */
        void put(int first, Value numbers);
    }

    /** Rows of one tree: a power of two. */
    private int together() {
        int together = Integer.highestOneBit(rows);
        return Math.min(lanes, together == rows ? rows : 2 * together);
    }

    /** Floats that the numbers take, in whole vectors: row r's is the r-th. */
    int size() {
        return Math.ceilDiv(rows, together()) * lanes;
    }

    /** Folds vectors, one of each row. */
    void fold(Emitter body, List<? extends Value> vectors, BinaryOperator<Value> operator, Target target) {
        int together = together();
        for (int first = 0; first < rows; first += together) {
            List<Value> some = new ArrayList<>();
            for (int row = first; row < first + together; row++) {
                some.add(vectors.get(Math.min(row, rows - 1)));
            }
            target.put(first, new Transposition(lanes).fold(some, operator, "fold" + first + "_", body.statements()));
        }
    }
}
