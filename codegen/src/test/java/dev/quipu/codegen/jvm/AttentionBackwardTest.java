package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of attention against doubles, over shapes, windows, groups and vector lengths. */
class AttentionBackwardTest {
    @ParameterizedTest
    @CsvSource({
        // lanes, batch, length, heads, key heads, head size, window
        "16, 1,   1, 1, 1,  8,   0",
        "16, 2,   7, 3, 3, 48,   0",
        "16, 1,  37, 4, 2, 20,   0",
        "16, 2, 133, 4, 2, 64,   0",
        "16, 4,  70, 1, 1, 48,   0",
        "16, 4, 330, 1, 1, 12,   0",
        "16, 1, 330, 2, 1, 16,   0",
        "16, 4, 133, 1, 1, 24,   1",
        "16, 1, 133, 2, 1, 24,  40",
        "16, 4, 620, 1, 1,  8, 300",
        "16, 1, 330, 4, 4, 12,  90",
        "16, 1,  70, 8, 8, 128,  0", // rows whole pages apart: of queries and keys, or of queries alone
        "16, 1,  70, 8, 2, 128,  0",
        "8,  2,  37, 4, 2, 20,   0",
        "8,  1, 300, 4, 4, 12,  50",
        "4,  2,  37, 4, 2, 20,   0",
        "4,  1, 200, 1, 1, 15,  50"
    })
    void agreesWithDoubles(int lanes, int batch, int length, int heads, int keyHeads, int headSize, int window) {
        AttentionLaunch launch = AttentionRun.launch(
                AttentionLaunch.Kind.BACKWARD, true, batch, length, length, heads, keyHeads, headSize, window, (float)
                        (1 / Math.sqrt(headSize)));
        float[][] inputs = AttentionForwardTest.inputs(launch, 6);
        AttentionReference expected = new AttentionReference(launch, inputs[0], inputs[1], inputs[2], 0, inputs[5]);
        inputs[3] = floats(expected.out);
        inputs[4] = floats(expected.logSumExp);
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int i = 0; i < 6; i++) {
                run.set(i, inputs[i]);
            }
            run.run(1);
            float[][] gradients = {run.get(6), run.get(7), run.get(8)};
            assertTrue(AttentionReference.difference(expected.queryGradient, gradients[0]) < 5e-6, "queries");
            assertTrue(AttentionReference.difference(expected.keyGradient, gradients[1]) < 5e-6, "keys");
            assertTrue(AttentionReference.difference(expected.valueGradient, gradients[2]) < 5e-6, "values");
            run.run(2);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(gradients[i], run.get(6 + i));
            }
        }
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
