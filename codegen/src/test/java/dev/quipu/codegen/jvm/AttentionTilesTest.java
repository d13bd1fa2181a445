package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tiles of scores the kernels compute, and into how many parts they cut the work. */
class AttentionTilesTest {
    /** More than any other depth, so that calls of the register tile with this depth are tiles of scores. */
    private static final int HEAD_SIZE = 150;

    @ParameterizedTest
    @CsvSource({
        // kind, lanes, queries, keys, window, position
        "FORWARD,  16,   7,   7,  0,  0",
        "FORWARD,  16, 133, 133,  0,  0",
        "FORWARD,  16, 133, 133, 40,  0",
        "FORWARD,   8, 133, 133,  0,  0",
        "FORWARD,   4,  60,  60, 10,  0",
        "BACKWARD, 16, 133, 133,  0,  0",
        "BACKWARD, 16, 133, 133, 40,  0",
        "CACHED,   16,  40, 133,  0, 50",
        "CACHED,   16,  40, 133, 33, 90"
    })
    void onlyTilesThatSomeQuerySeesAreVisited(Kind kind, int lanes, int queries, int keys, int window, int position)
            throws Exception {
        AttentionLaunch launch = AttentionRun.launch(kind, true, 1, queries, keys, 2, 1, HEAD_SIZE, window, 0.1f);
        int rows = new TileLibrary(lanes).rows();
        long expected = 2 * visible(rows, 2 * lanes, queries, keys, window, position);
        assertEquals(expected, AttentionLowering.visitedTiles(launch, lanes, position));
        String count = "public static int visited;\n$1 if (depth == " + HEAD_SIZE + ") visited++;";
        String tile = "(public static void tile" + rows + "\\([^)]*\\) \\{)";
        try (AttentionRun run = new AttentionRun(launch, lanes, library -> library.replaceFirst(tile, count))) {
            if (kind == Kind.CACHED) {
                run.setPositions(position);
            }
            run.run(1);
            int visited = run.tiles.getField("visited").getInt(null);
            // backward: scores and the weights' gradients, and with few key heads both for queries and for keys
            assertEquals(kind == Kind.BACKWARD ? 4 * expected : expected, visited);
        }
    }

    private static long visible(int rows, int columns, int queries, int keys, int window, int position) {
        boolean[][] tiles = new boolean[keys / rows + 1][queries / columns + 1];
        long count = 0;
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key <= position + query; key++) {
                boolean seen = window == 0 || key > position + query - window;
                if (seen && !tiles[key / rows][query / columns]) {
                    tiles[key / rows][query / columns] = true;
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void theTrainingShapeVisitsLittleMoreThanHalf() {
        AttentionLaunch launch = AttentionRun.launch(Kind.FORWARD, true, 8, 256, 256, 6, 6, 48, 0, 0.1f);
        assertEquals(48 * (3 + 6 + 8 + 11 + 14 + 16 + 19 + 22), AttentionLowering.visitedTiles(launch, 16, 0));
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
            assertEquals(8, run.parts());
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
