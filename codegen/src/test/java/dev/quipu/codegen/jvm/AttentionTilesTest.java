package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Into how many tiles and parts kernels cut the work; {@link VisitedScoresTest} says which tiles those are. */
class AttentionTilesTest {
    @Test
    void theTrainingShapeVisitsLittleMoreThanHalf() {
        AttentionLaunch launch = AttentionRun.launch(Kind.FORWARD, true, 8, 256, 256, 6, 6, 48, 0, 0.1f);
        // two groups of 8 queries see as many vectors of 16 keys
        int vectors = IntStream.rangeClosed(1, 16).sum() * 2;
        assertEquals(48L * vectors, AttentionLowering.visitedTiles(launch, 16, 0));
    }

    @Test
    void aSingleHeadStillGivesWorkToSeveralWorkers() {
        for (Kind kind : Kind.values()) {
            AttentionLaunch launch = AttentionRun.launch(kind, true, 1, 800, 800, 1, 1, 16, 0, 0.25f);
            try (AttentionRun run = new AttentionRun(launch, 16)) {
                assertTrue(run.parts() >= 8, kind + " has " + run.parts() + " parts");
            }
        }
        AttentionLaunch decode = AttentionRun.launch(Kind.CACHED, false, 1, 1, 2048, 1, 1, 16, 0, 0.25f);
        try (AttentionRun run = new AttentionRun(decode, 16)) {
            assertTrue(run.parts() >= 8, "cached attention has " + run.parts() + " parts");
        }
    }

    /** Blocks bound all of it but the few numbers per head and share of a cache's keys. */
    @Test
    void scratchMemoryDoesNotGrowWithTheSequence() {
        for (Kind kind : Kind.values()) {
            for (int queries : new int[] {1, 4096}) {
                int shorter = kind == Kind.CACHED ? queries : 4096;
                int longer = kind == Kind.CACHED ? queries : 8192;
                assertEquals(scratch(kind, shorter, 4096), scratch(kind, longer, 8192), kind.toString());
            }
        }
    }

    private static long scratch(Kind kind, int queries, int keys) {
        AttentionLaunch launch = AttentionRun.launch(kind, true, 1, queries, keys, 4, 2, 64, 0, 0.125f);
        return AttentionLowering.lower("Attention", launch, 16).scratch().stream()
                .mapToLong(Kernel.Scratch::elements)
                .sum();
    }

    /** Ten thousand where nothing but the largest score counts; a window's first queries see few keys. */
    @Test
    void largeScoresStayFinite() {
        AttentionLaunch launch = AttentionRun.launch(Kind.FORWARD, true, 1, 133, 133, 1, 1, 20, 5, 600f);
        AttentionLaunch backward = AttentionRun.launch(Kind.BACKWARD, true, 1, 133, 133, 1, 1, 20, 5, 600f);
        float[][] inputs = AttentionForwardTest.inputs(launch, 4);
        AttentionReference expected = new AttentionReference(launch, inputs[0], inputs[1], inputs[2], 0, inputs[3]);
        try (AttentionRun run = new AttentionRun(launch, 16);
                AttentionRun gradients = new AttentionRun(backward, 16)) {
            for (int i = 0; i < 3; i++) {
                run.set(i, inputs[i]);
                gradients.set(i, inputs[i]);
            }
            run.run(1);
            double largest = 0;
            for (double value : expected.logSumExp) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertTrue(largest > 5_000, "scores reach " + largest);
            assertTrue(AttentionReference.difference(expected.out, run.get(3)) < 1e-3);
            gradients.set(3, run.get(3));
            gradients.set(4, run.get(4));
            gradients.set(5, inputs[3]);
            gradients.run(1);
            assertTrue(AttentionReference.difference(expected.queryGradient, gradients.get(6)) < 1e-2);
            assertTrue(AttentionReference.difference(expected.keyGradient, gradients.get(7)) < 1e-2);
            assertTrue(AttentionReference.difference(expected.valueGradient, gradients.get(8)) < 1e-2);
        }
    }
}
