package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.launch.AttentionLaunch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chunks over a cache against attention over the whole sequence, at the positions a chunk may have. */
class CachedAttentionTest {
    @ParameterizedTest
    @CsvSource({
        // lanes, batch, chunk, cache, heads, key heads, head size, window, positions skipped
        "16, 2,   1,   1, 2, 1,  8,   0,  1",
        "16, 2,   1,  70, 4, 2, 48,   0,  1",
        "16, 1,   1, 600, 2, 1, 20,   0, 37",
        "16, 1,   1, 300, 2, 2, 16,  17, 13",
        "16, 1,   1,  70, 1, 1, 256,  0, 23",
        "16, 2,  16,  70, 4, 2, 48,   0,  1",
        "16, 1,   7, 600, 2, 1, 20,   0, 85",
        "16, 1, 128, 333, 2, 1, 12,  50, 41",
        "8,  1,   1,  70, 4, 2, 20,   0,  1",
        "8,  1,  16,  70, 4, 2, 20,  40,  9",
        "4,  1,   1, 290, 4, 2, 15,   0, 17",
        "4,  1,  16,  70, 4, 2, 20,   0,  9"
    })
    void chunksAgreeWithTheWholeSequence(
            int lanes, int batch, int chunk, int cache, int heads, int keyHeads, int headSize, int window, int skip) {
        float scale = (float) (1 / Math.sqrt(headSize));
        AttentionLaunch launch = AttentionRun.launch(
                AttentionLaunch.Kind.CACHED, false, batch, chunk, cache, heads, keyHeads, headSize, window, scale);
        AttentionLaunch whole = AttentionRun.launch(
                AttentionLaunch.Kind.FORWARD, false, batch, cache, cache, heads, keyHeads, headSize, window, scale);
        float[][] inputs = AttentionForwardTest.inputs(whole, 3);
        double[] expected = new AttentionReference(whole, inputs[0], inputs[1], inputs[2], 0, null).out;
        int row = heads * headSize;
        try (AttentionRun run = new AttentionRun(launch, lanes)) {
            for (int position = 0; position + chunk <= cache; position += skip) {
                int[] positions = positions(position, batch, cache - chunk);
                run.set(0, rows(inputs[0], positions, chunk, cache, row));
                run.set(1, written(inputs[1], positions, chunk, cache));
                run.set(2, written(inputs[2], positions, chunk, cache));
                run.setPositions(positions);
                run.run(position);
                float[] out = run.get(4);
                for (int i = 0; i < out.length; i++) {
                    int sequence = i / row / chunk;
                    int query = i / row % chunk;
                    int at = (sequence * cache + positions[sequence] + query) * row + i % row;
                    assertEquals(expected[at], out[i], 1e-5, "position " + positions[sequence]);
                }
                run.run(-position);
                assertArrayEquals(out, run.get(4));
            }
        }
    }

    /** Every other sequence comes from the cache's end. */
    private static int[] positions(int position, int batch, int last) {
        return IntStream.range(0, batch)
                .map(sequence -> sequence % 2 == 0 ? position : last - position)
                .toArray();
    }

    private static float[] rows(float[] all, int[] positions, int chunk, int cache, int row) {
        float[] rows = new float[positions.length * chunk * row];
        for (int b = 0; b < positions.length; b++) {
            System.arraycopy(all, (b * cache + positions[b]) * row, rows, b * chunk * row, chunk * row);
        }
        return rows;
    }

    /** The caches as they are when the chunks are written; the other keys hold NaN. */
    private static float[] written(float[] all, int[] positions, int chunk, int cache) {
        float[] written = all.clone();
        int row = all.length / positions.length / cache;
        for (int b = 0; b < positions.length; b++) {
            Arrays.fill(written, (b * cache + positions[b] + chunk) * row, (b + 1) * cache * row, Float.NaN);
        }
        return written;
    }
}
