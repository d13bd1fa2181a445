package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MaximumFlowTest {
    private static final int VERTICES = 7;

    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    /** Every cut of a small network is tried. */
    @ParameterizedTest
    @MethodSource("seeds")
    void noCutIsCheaper(long seed) {
        Random random = new Random(seed);
        long[][] capacities = new long[VERTICES][VERTICES];
        MaximumFlow flow = new MaximumFlow();
        for (int i = 2; i < VERTICES; i++) {
            flow.vertex();
        }
        for (int i = 0; i < 18; i++) {
            int from = random.nextInt(VERTICES);
            int to = random.nextInt(VERTICES);
            long capacity = random.nextInt(1, 20);
            capacities[from][to] += capacity;
            flow.edge(from, to, capacity);
        }
        BitSet near = flow.cut();
        assertTrue(near.get(MaximumFlow.SOURCE));
        assertFalse(near.get(MaximumFlow.SINK));
        long least = LongStream.range(0, 1 << VERTICES)
                .mapToObj(bits -> BitSet.valueOf(new long[] {bits}))
                .filter(cut -> cut.get(MaximumFlow.SOURCE) && !cut.get(MaximumFlow.SINK))
                .mapToLong(cut -> cost(capacities, cut))
                .min()
                .orElseThrow();
        assertEquals(least, cost(capacities, near));
    }

    private static long cost(long[][] capacities, BitSet near) {
        long cost = 0;
        for (int from = 0; from < VERTICES; from++) {
            for (int to = 0; to < VERTICES; to++) {
                cost += near.get(from) && !near.get(to) ? capacities[from][to] : 0;
            }
        }
        return cost;
    }
}
