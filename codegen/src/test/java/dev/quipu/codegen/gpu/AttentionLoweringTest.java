package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention for GPUs against the reference interpreter, over shapes, windows, documents and positions. */
class AttentionLoweringTest {
    @ParameterizedTest
    @CsvSource({
        // batch, length, heads, key heads, head size, window, mean length of a document or -1
        "1,   1, 1, 1,   1,   0, -1",
        "2,   2, 2, 1,   2,   0, -1",
        "1,  15, 2, 2,   7,   0, -1",
        "2,  16, 4, 2,   8,   0, -1",
        "1,  17, 4, 1,  16,   0, -1",
        "1,  33, 2, 2,  48,   0, -1",
        "1,  33, 1, 1,  64,   0, -1",
        "1, 100, 2, 1,   8,   0, -1",
        "1,  40, 1, 1,  80,   0, -1",
        "1,  33, 1, 1, 128,   0, -1",
        "1,  17, 1, 1, 256,   0, -1",
        "1,  33, 2, 1,   5,   1, -1",
        "2, 100, 2, 1,   4,  11, -1",
        "1, 100, 1, 1,   8,  32, -1",
        "1, 100, 1, 1,   8, 300, -1",
        "2,  33, 2, 1,   7,   0,  0",
        "2, 100, 2, 1,   4,   0,  9",
        "2,  33, 2, 1,   4,   0,  1",
        "1, 100, 1, 1,   8,  16, 30"
    })
    void trainingAgreesWithTheReference(
            int batch, int length, int heads, int keyHeads, int headSize, int window, int mean) {
        int[] starts = mean < 0 ? null : AttentionCase.starts(batch, length, mean);
        for (Kind kind : new Kind[] {Kind.FORWARD, Kind.BACKWARD}) {
            check(AttentionCase.training(kind, batch, length, heads, keyHeads, headSize, window, starts));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // chunk, cache, heads, key heads, head size, window, position; that of a second sequence
        "1,    1, 1, 1,   1,   0,   0,   0",
        "1,   20, 4, 2,   8,   0,   0,  19",
        "1,  130, 2, 1,   7,   0, 128, 127",
        "1,  300, 2, 2,  48,   0, 299,  70",
        "1,  300, 1, 1,  64,  17, 150,   9",
        "1,  600, 1, 1, 128,   0, 599, 200",
        "1,   70, 1, 1, 256,   0,  31,  69",
        "1,  700, 2, 1,   8, 300, 299, 650",
        "2,   70, 4, 2,  16,   0,   0,  68",
        "16,  70, 2, 1,   8,   0,  31,  54",
        "7,  130, 2, 2,  48,  40,  29, 123",
        "33, 100, 1, 1,   5,   0,   0,  67",
        "16,  33, 2, 1,   8,   0,  25,  30",
        "16,  33, 2, 1,   8,   4,  25,  32"
    })
    void cachedAgreesWithTheReference(
            int chunk, int cache, int heads, int keyHeads, int headSize, int window, int first, int second) {
        check(AttentionCase.cached(chunk, cache, heads, keyHeads, headSize, window, first, second));
    }

    /** A NaN is no key that is not seen: it shows in the query's output, and in no other. */
    @Test
    void nanStaysInItsRow() {
        int headSize = 4;
        AttentionCase attention = AttentionCase.training(Kind.FORWARD, 1, 20, 1, 1, headSize, 0, null);
        attention.poison(0, 7 * headSize, 7 * headSize + 1);
        float[] output = attention.run()[0];
        for (int i = 0; i < output.length; i++) {
            assertEquals(i / headSize == 7, Float.isNaN(output[i]), "element " + i);
        }
    }

    private static void check(AttentionCase attention) {
        double[][] expected = attention.expected();
        float[][] found = attention.run();
        for (int i = 0; i < expected.length; i++) {
            double difference = difference(expected[i], found[i]);
            assertTrue(difference < 2e-6, attention.launch + " output " + i + ": " + difference);
        }
    }

    /** Norm of the difference over the norm of what is expected, or over a tenth a number where that is next to nothing. */
    private static double difference(double[] expected, float[] found) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (expected[i] - found[i]) * (expected[i] - found[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / Math.max(norm, 0.01 * expected.length));
    }
}
