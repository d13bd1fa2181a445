package dev.quipu.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.codegen.gpu.AttentionTiles.Use;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A group looks at nothing that no row of its tile has to do with: neither above the diagonal, nor outside the window, nor in
 * another document. All of that is NaN here, which a weight of zero does not hide. That nothing is left out, or visited twice,
 * is for {@link AttentionLoweringTest}.
 */
class VisitedTilesTest {
    private static final int HEAD_SIZE = 1;
    private static final int LOG_SUM_EXP = 4;

    @ParameterizedTest
    @CsvSource({
        // length, window, mean length of a document or -1
        "33, 0, -1",
        "100, 0, -1",
        "130, 0, -1",
        "100, 1, -1",
        "150, 11, -1",
        "150, 32, -1",
        "150, 33, -1",
        "100, 0, 1",
        "150, 0, 20",
        "150, 25, 40"
    })
    void noTileWithoutAScoreIsVisited(int length, int window, int mean) {
        int[] starts = mean < 0 ? new int[length] : AttentionCase.starts(1, length, mean);
        for (Kind kind : new Kind[] {Kind.FORWARD, Kind.BACKWARD}) {
            AttentionLaunch launch = fresh(kind, length, window, mean < 0 ? null : starts).launch;
            Use use = kind == Kind.FORWARD ? Use.OUTPUT : Use.QUERY_GRADIENT;
            int tile = AttentionTiles.of(launch, use).queryTile();
            for (int first = 0; first < length; first += tile) {
                int from = first;
                int to = Math.min(first + tile, length);
                AttentionCase attention = fresh(kind, length, window, mean < 0 ? null : starts);
                for (int key = 0; key < length; key++) {
                    int seen = key;
                    if (IntStream.range(from, to).noneMatch(query -> sees(query, seen, window, starts))) {
                        attention.poison(1, key * HEAD_SIZE, (key + 1) * HEAD_SIZE);
                        attention.poison(2, key * HEAD_SIZE, (key + 1) * HEAD_SIZE);
                    }
                }
                checkRows(attention.run()[0], from, to);
            }
        }
        gradientsOfKeys(length, window, mean, starts);
    }

    private static void gradientsOfKeys(int length, int window, int mean, int[] starts) {
        AttentionCase any = fresh(Kind.BACKWARD, length, window, mean < 0 ? null : starts);
        AttentionTiles tiles = AttentionTiles.of(any.launch, Use.KEY_GRADIENTS);
        for (int first = 0; first < length; first += tiles.keyTile()) {
            int from = first;
            int to = Math.min(first + tiles.keyTile(), length);
            AttentionCase attention = fresh(Kind.BACKWARD, length, window, mean < 0 ? null : starts);
            for (int tile = from % tiles.queryTile(); tile < length; tile += tiles.queryTile()) {
                int end = Math.min(tile + tiles.queryTile(), length);
                boolean isSeen = IntStream.range(tile, end)
                        .anyMatch(query -> IntStream.range(from, to).anyMatch(key -> sees(query, key, window, starts)));
                if (!isSeen) {
                    attention.poison(0, tile * HEAD_SIZE, end * HEAD_SIZE);
                    attention.poison(5, tile * HEAD_SIZE, end * HEAD_SIZE);
                    attention.poison(LOG_SUM_EXP, tile, end);
                }
            }
            float[][] gradients = attention.run();
            checkRows(gradients[1], from, to);
            checkRows(gradients[2], from, to);
        }
    }

    private static AttentionCase fresh(Kind kind, int length, int window, int[] starts) {
        return AttentionCase.training(kind, 1, length, 1, 1, HEAD_SIZE, window, starts);
    }

    private static boolean sees(int query, int key, int window, int[] starts) {
        return key <= query && key >= starts[query] && (window == 0 || query - key < window);
    }

    private static void checkRows(float[] values, int from, int to) {
        long poisoned = IntStream.range(from * HEAD_SIZE, to * HEAD_SIZE)
                .filter(i -> Float.isNaN(values[i]))
                .count();
        assertEquals(0, poisoned, "numbers of rows " + from + " to " + to + " that come from what they do not see");
    }
}
