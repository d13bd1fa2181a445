package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention forward against doubles, over shapes, windows, groups and vector lengths. */
class AttentionForwardTest {
    @ParameterizedTest
    @CsvSource({
        // lanes, batch, length, heads, key heads, head size, window, log-sum-exp
        "16, 1,   1, 1, 1,  8,   0, true",
        "16, 2,   7, 3, 3, 48,   0, true",
        "16, 1,  37, 4, 2, 20,   0, false",
        "16, 2, 133, 4, 1, 64,   0, true",
        "16, 1, 256, 1, 1, 48,   0, true",
        "16, 1, 330, 2, 1, 16,   0, true",
        "16, 1, 133, 2, 2, 24,   1, true",
        "16, 1, 133, 2, 1, 24,  40, true",
        "16, 1, 620, 1, 1,  8, 300, true",
        "16, 1, 330, 1, 1, 12, 900, true",
        "16, 1,  40, 8, 2, 128, 16, true",
        "16, 1,  70, 8, 8, 128,  0, true", // rows whole pages apart
        "8,  2,  37, 4, 2, 20,   0, true",
        "8,  1, 300, 1, 1, 48,  50, false",
        "4,  2,  37, 4, 2, 20,   0, true",
        "4,  1, 300, 1, 1, 15,  50, true"
    })
    void agreesWithDoubles(
            int lanes, int batch, int length, int heads, int keyHeads, int headSize, int window, boolean statistic) {
        AttentionLaunch launch = AttentionRun.launch(
                AttentionLaunch.Kind.FORWARD,
                statistic,
                batch,
                length,
                length,
                heads,
                keyHeads,
                headSize,
                window,
                (float) (2 / Math.sqrt(headSize)));
        float[][] inputs = inputs(launch, 3);
        AttentionReference expected = new AttentionReference(launch, inputs[0], inputs[1], inputs[2], 0, null);
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int i = 0; i < 3; i++) {
                run.set(i, inputs[i]);
            }
            run.run(1);
            float[] out = run.get(3);
            assertTrue(AttentionReference.difference(expected.out, out) < 2e-6);
            for (int i = 0; i < out.length; i++) {
                assertEquals(expected.out[i], out[i], 1e-5);
            }
            if (statistic) {
                assertTrue(AttentionReference.difference(expected.logSumExp, run.get(4)) < 1e-6);
            }
            run.run(2);
            assertArrayEquals(out, run.get(3));
        }
    }

    static float[][] inputs(AttentionLaunch launch, int count) {
        SplittableRandom random = new SplittableRandom(launch.hashCode());
        float[][] inputs = new float[count][];
        for (int i = 0; i < count; i++) {
            inputs[i] = new float[(int) launch.buffers().get(i).elements()];
            for (int j = 0; j < inputs[i].length; j++) {
                inputs[i][j] = (float) (random.nextDouble() * 4 - 2);
            }
        }
        return inputs;
    }
}
