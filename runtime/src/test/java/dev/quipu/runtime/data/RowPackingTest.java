package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowPackingTest {
    /** Each piece once, no row too full; few enough rows that best fit decreasing must have made them. */
    @ParameterizedTest
    @CsvSource({
        // pieces, capacity, longest
        "1, 1, 1",
        "1, 16, 3",
        "40, 1, 1",
        "300, 16, 16",
        "5000, 64, 64",
        "5000, 64, 20",
        "5000, 512, 300",
        "777, 9, 5"
    })
    void everyPieceHasItsPlace(int count, int capacity, int longest) {
        SplittableRandom random = new SplittableRandom(count);
        int[] lengths = random.ints(count, 1, longest + 1).toArray();
        RowPacking packing = RowPacking.of(lengths, capacity);
        BitSet placed = new BitSet();
        for (int row = 0; row < packing.rows(); row++) {
            int filled = 0;
            for (int i = packing.begin(row); i < packing.end(row); i++) {
                assertTrue(!placed.get(packing.piece(i)), "piece comes again");
                placed.set(packing.piece(i));
                filled += lengths[packing.piece(i)];
            }
            assertTrue(filled >= 1 && filled <= capacity, "row " + row + " holds " + filled);
        }
        assertEquals(count, placed.cardinality());
        int fewest = Math.ceilDiv(Arrays.stream(lengths).sum(), capacity);
        assertTrue(packing.rows() <= fewest * 11 / 9 + 1, packing.rows() + " rows where " + fewest + " could do");
    }

    @ParameterizedTest
    @CsvSource({"'6 5 4 3 2', 10, '0 2 | 1 3 4'", "'3 3 3 3', 6, '0 1 | 2 3'"})
    void theLongestComeFirstAndGoWhereTheyFitBest(String lengths, int capacity, String rows) {
        int[] numbers =
                Arrays.stream(lengths.split(" ")).mapToInt(Integer::parseInt).toArray();
        RowPacking packing = RowPacking.of(numbers, capacity);
        StringBuilder found = new StringBuilder();
        for (int row = 0; row < packing.rows(); row++) {
            found.append(row == 0 ? "" : " |");
            for (int i = packing.begin(row); i < packing.end(row); i++) {
                found.append(row == 0 && i == 0 ? "" : " ").append(packing.piece(i));
            }
        }
        assertEquals(rows, found.toString());
    }
}
