package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention kept within documents that share a row: against doubles, and which tiles it visits. */
class SeparateAttentionTest {
    private static final int HEAD_SIZE = 150;

    /** Every document as long as the mean says, on average, cut off at the row's end; 0 for one that fills the row. */
    private static int[] starts(int batch, int length, int mean) {
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

    /** A panel of queries sees every key from its first query's document on, so these are the fewest tiles. */
    @ParameterizedTest
    @CsvSource({
        // kind, lanes, length, window, mean length of a document
        "FORWARD,  16, 133,  0, 40",
        "FORWARD,  16, 700,  0, 90",
        "FORWARD,  16, 133, 40, 20",
        "FORWARD,   8, 133,  0,  3",
        "BACKWARD, 16, 133,  0, 40",
        "BACKWARD, 16, 700,  0, 90",
        "BACKWARD, 16, 133, 40, 20"
    })
    void onlyTilesThatSomeQuerySeesAreVisited(Kind kind, int lanes, int length, int window, int mean)
            throws ReflectiveOperationException {
        AttentionLaunch launch = launch(kind, 1, length, 2, 1, HEAD_SIZE, window);
        int[] starts = starts(1, length, mean);
        int rows = new TileLibrary(lanes).rows();
        String count = "public static int visited;\n$1 if (depth == " + HEAD_SIZE + ") visited++;";
        String tile = "(public static void tile" + rows + "\\([^)]*\\) \\{)";
        try (AttentionRun run = new AttentionRun(launch, lanes, library -> library.replaceFirst(tile, count))) {
            run.setStarts(starts);
            run.run(1);
            long expected = 2 * visible(rows, 2 * lanes, starts, window);
            int visited = run.tiles.getField("visited").getInt(null);
            // backward: scores and the weights' gradients, both for queries and for keys
            assertEquals(kind == Kind.BACKWARD ? 4 * expected : expected, visited);
            assertTrue(expected < AttentionLowering.visitedTiles(launch, lanes, 0), "fewer than of one document");
        }
    }

    private static long visible(int rows, int columns, int[] starts, int window) {
        boolean[][] tiles = new boolean[starts.length / rows + 1][starts.length / columns + 1];
        long count = 0;
        for (int query = 0; query < starts.length; query++) {
            int first = Math.max(starts[query], window == 0 ? 0 : query - window + 1);
            for (int key = first; key <= query; key++) {
                if (!tiles[key / rows][query / columns]) {
                    tiles[key / rows][query / columns] = true;
                    count++;
                }
            }
        }
        return count;
    }

    private static AttentionLaunch launch(
            Kind kind, int batch, int length, int heads, int keyHeads, int headSize, int window) {
        float scale = (float) (1 / Math.sqrt(headSize));
        return AttentionRun.separate(
                AttentionRun.launch(kind, true, batch, length, length, heads, keyHeads, headSize, window, scale));
    }
}
