package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention kept within documents that share a row: against doubles. */
class SeparateAttentionTest {
    /** Every document as long as the mean says, on average, cut off at the row's end; 0 for one that fills the row. */
    static int[] starts(int batch, int length, int mean) {
        SplittableRandom random = new SplittableRandom(31L * length + mean);
        int[] starts = new int[batch * length];
        for (int row = 0; row < batch; row++) {
            int start = 0;
            for (int place = 1; place < length; place++) {
                start = mean > 0 && random.nextInt(mean) == 0 ? place : start;
                starts[row * length + place] = start;
            }
        }
        return starts;
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                        // lanes, batch, length, heads, key heads, head size, window, mean length of a document
                        "16, 1, 1, 1, 1, 8, 0, 5",
                        "16, 2, 37, 4, 2, 20, 0, 5",
                        "16, 2, 37, 4, 2, 20, 0, 1",
                        "16, 2, 133, 4, 2, 64, 0, 40",
                        "16, 4, 133, 1, 1, 24, 0, 0",
                        "16, 4, 330, 1, 1, 12, 0, 70",
                        "16, 1, 330, 2, 1, 16, 0, 20",
                        "16, 4, 620, 1, 1, 8, 0, 200",
                        "16, 1, 620, 1, 1, 8, 300, 150",
                        "16, 4, 330, 4, 4, 12, 40, 60",
                        "8, 2, 37, 4, 2, 20, 0, 9",
                        "8, 1, 300, 4, 4, 12, 50, 30",
                        "4, 2, 70, 4, 2, 20, 0, 12")
                .map(row -> Arguments.of((Object[])
                        Stream.of(row.split(", ")).map(Integer::valueOf).toArray(Integer[]::new)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void forwardAgreesWithDoubles(
            int lanes, int batch, int length, int heads, int keyHeads, int headSize, int window, int mean) {
        AttentionLaunch launch = launch(Kind.FORWARD, batch, length, heads, keyHeads, headSize, window);
        float[][] inputs = AttentionForwardTest.inputs(launch, 3);
        int[] starts = starts(batch, length, mean);
        AttentionReference expected = new AttentionReference(launch, inputs[0], inputs[1], inputs[2], 0, starts, null);
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int i = 0; i < 3; i++) {
                run.set(i, inputs[i]);
            }
            run.setStarts(starts);
            run.run(1);
            float[] out = run.get(4);
            assertTrue(AttentionReference.difference(expected.out, out) < 2e-6);
            assertTrue(AttentionReference.difference(expected.logSumExp, run.get(5)) < 1e-6);
            run.run(2);
            assertArrayEquals(out, run.get(4));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsAgreeWithDoubles(
            int lanes, int batch, int length, int heads, int keyHeads, int headSize, int window, int mean) {
        AttentionLaunch launch = launch(Kind.BACKWARD, batch, length, heads, keyHeads, headSize, window);
        float[][] inputs = AttentionForwardTest.inputs(launch, 6);
        int[] starts = starts(batch, length, mean);
        AttentionReference expected =
                new AttentionReference(launch, inputs[0], inputs[1], inputs[2], 0, starts, inputs[5]);
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int i = 0; i < 6; i++) {
                run.set(i, inputs[i]);
            }
            run.set(3, AttentionBackwardTest.floats(expected.out));
            run.set(4, AttentionBackwardTest.floats(expected.logSumExp));
            run.setStarts(starts);
            run.run(1);
            float[][] gradients = {run.get(7), run.get(8), run.get(9)};
            assertTrue(AttentionReference.difference(expected.queryGradient, gradients[0]) < 5e-6, "queries");
            assertTrue(AttentionReference.difference(expected.keyGradient, gradients[1]) < 5e-6, "keys");
            assertTrue(AttentionReference.difference(expected.valueGradient, gradients[2]) < 5e-6, "values");
            run.run(2);
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(gradients[i], run.get(7 + i));
            }
        }
    }

    private static AttentionLaunch launch(
            Kind kind, int batch, int length, int heads, int keyHeads, int headSize, int window) {
        float scale = (float) (1 / Math.sqrt(headSize));
        return AttentionRun.separate(
                AttentionRun.launch(kind, true, batch, length, length, heads, keyHeads, headSize, window, scale));
    }
}
