package dev.quipu.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.codegen.jvm.VisitedScores.Tile;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.AttentionLaunch.Kind;
import dev.quipu.codegen.launch.BoundLaunch;
import dev.quipu.codegen.launch.Launches;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.program.Documents;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kernels compute the tiles of scores in which some query sees some key, each once in every phase that needs scores, and no
 * other: those on or below the diagonal, inside the window, within documents.
 */
class VisitedScoresTest {
    @ParameterizedTest
    @CsvSource({
        // lanes, batch, length, heads, key heads, window; a tile is a vector of keys of 8 queries (8 lanes: 6)
        "16, 1,   1, 1, 1,   0",
        "16, 1,  11, 2, 1,   0",
        "16, 1,  12, 1, 1,   0",
        "16, 1,  13, 1, 1,   0",
        "16, 2,  31, 4, 2,   0",
        "16, 1,  32, 2, 2,   0",
        "16, 1,  33, 2, 1,   0",
        "16, 1, 251, 4, 2,   0",
        "16, 2, 251, 2, 2,   0",
        "16, 1, 601, 1, 1,   0",
        "16, 4, 601, 1, 1,   0",
        "16, 1,  33, 2, 1,   1",
        "16, 4,  97, 1, 1,  11",
        "16, 1,  97, 1, 1,  12",
        "16, 2, 251, 4, 2,  16",
        "16, 1, 251, 4, 2,  16",
        "16, 1, 251, 1, 1,  31",
        "16, 4, 251, 1, 1,  32",
        "16, 1, 251, 2, 1,  40",
        "16, 1, 251, 1, 1, 250",
        "16, 1, 251, 1, 1, 400",
        "16, 4, 601, 1, 1, 300",
        "8,  1, 131, 2, 1,   0",
        "8,  4, 131, 2, 1,   7",
        "4,  1,  61, 2, 1,   0",
        "4,  4,  61, 2, 1,  10"
    })
    void trainingVisitsWhatSomeQuerySees(int lanes, int batch, int length, int heads, int keyHeads, int window) {
        for (Kind kind : List.of(Kind.FORWARD, Kind.BACKWARD)) {
            AttentionLaunch launch = launch(kind, batch, length, length, heads, keyHeads, window);
            check(launch, lanes, new int[batch], new int[batch * length]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // lanes, batch, length, heads, key heads, window, mean length of a document
        "16, 1,  37, 2, 1,   0,   1",
        "16, 2, 251, 2, 1,   0,  40",
        "16, 4, 251, 1, 1,   0,  40",
        "16, 1, 601, 2, 1,   0,  90",
        "16, 4, 251, 2, 1,  40,  20",
        "16, 1, 251, 2, 1,  16,  60",
        "8,  1, 131, 1, 1,   0,   3"
    })
    void separateDocumentsVisitTheirOwn(
            int lanes, int batch, int length, int heads, int keyHeads, int window, int mean) {
        int[] starts = SeparateAttentionTest.starts(batch, length, mean);
        for (Kind kind : List.of(Kind.FORWARD, Kind.BACKWARD)) {
            AttentionLaunch launch =
                    AttentionRun.separate(launch(kind, batch, length, length, heads, keyHeads, window));
            int tiles = check(launch, lanes, new int[batch], starts);
            long causal = AttentionLowering.visitedTiles(launch, lanes, 0)
                    * VisitedScores.products(kind).size();
            assertTrue(tiles < causal, tiles + " tiles, " + causal + " of one document");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // lanes, chunk, cache, heads, key heads, window, position; that of a second sequence
        "16,   1,   1, 1, 1,   0,   0,   0",
        "16,   1, 601, 4, 2,   0, 250, 600",
        "16,   1, 601, 2, 1,  16,   9, 421",
        "16,   1, 601, 1, 1, 300, 299, 300",
        "16,  16, 131, 4, 2,   0,   0, 115",
        "16,  16, 131, 2, 1,  16,  10,  90",
        "16,  40, 131, 2, 1,   0,  50, 100",
        "16, 128, 601, 2, 1,  33,  90, 473",
        "8,    7, 131, 2, 1,   0,  50,  12",
        "4,    1,  61, 2, 1,   5,  50,   1"
    })
    void cachesAreVisitedUpToTheirQueries(
            int lanes, int chunk, int cache, int heads, int keyHeads, int window, int first, int second) {
        AttentionLaunch launch = launch(Kind.CACHED, 2, chunk, cache, heads, keyHeads, window);
        check(launch, lanes, new int[] {first, second}, new int[2 * chunk]);
    }

    /** From the declaration on: the window and the key heads are those of the model, not of the launch. */
    @Test
    void programsOfAWindowedModelStayInsideIt() {
        int window = 16;
        int length = 127;
        LlamaConfig config =
                new LlamaConfig(8, 2, 4, 2, VisitedScores.HEAD_SIZE, 8, 19, length, 1e-5, 1e4, false, window);
        for (Documents documents : Documents.values()) {
            int[] starts = SeparateAttentionTest.starts(1, length, documents == Documents.SEPARATE ? 30 : 0);
            List<AttentionLaunch> launches =
                    Launches.of(Compiler.verifying()
                                    .gradient(Llama.of(config), 1, length, documents)
                                    .scheduled())
                            .stream()
                            .map(BoundLaunch::launch)
                            .filter(AttentionLaunch.class::isInstance)
                            .map(AttentionLaunch.class::cast)
                            .distinct()
                            .toList();
            assertEquals(
                    List.of(Kind.FORWARD, Kind.BACKWARD),
                    launches.stream().map(AttentionLaunch::kind).toList());
            for (AttentionLaunch launch : launches) {
                Set<Tile> expected = visible(launch, window, 16, new int[1], starts);
                assertEquals(4, expected.stream().map(Tile::head).distinct().count());
                check(expected, visited(launch, 16, new int[1], starts));
            }
        }
    }

    private static AttentionLaunch launch(
            Kind kind, int batch, int queries, int keys, int heads, int keyHeads, int window) {
        return AttentionRun.launch(
                kind, true, batch, queries, keys, heads, keyHeads, VisitedScores.HEAD_SIZE, window, 0.1f);
    }

    /** @return how many tiles a phase visits */
    private static int check(AttentionLaunch launch, int lanes, int[] positions, int[] starts) {
        Set<Tile> expected = visible(launch, launch.window(), lanes, positions, starts);
        check(expected, visited(launch, lanes, positions, starts));
        boolean tiled = launch.kind() != Kind.CACHED || launch.queries() > 1;
        if (tiled && !launch.starts() && Arrays.stream(positions).distinct().count() == 1) {
            long tiles = AttentionLowering.visitedTiles(launch, lanes, positions[0]);
            assertEquals(tiles * VisitedScores.products(launch.kind()).size(), expected.size(), "as foretold");
        }
        return expected.size();
    }

    private static void check(Set<Tile> expected, List<List<Tile>> phases) {
        for (List<Tile> visited : phases) {
            assertEquals(Set.of(), without(visited, expected), "tiles in which no query sees a key");
            assertEquals(Set.of(), without(expected, new HashSet<>(visited)), "tiles left out");
            assertEquals(expected.size(), visited.size(), "tiles visited twice");
        }
    }

    private static Set<Tile> without(Iterable<Tile> tiles, Set<Tile> others) {
        Set<Tile> rest = new HashSet<>();
        tiles.forEach(rest::add);
        rest.removeAll(others);
        return rest;
    }

    private static List<List<Tile>> visited(AttentionLaunch launch, int lanes, int[] positions, int[] starts) {
        List<List<Tile>> phases = VisitedScores.of(launch, lanes, run -> {
            if (launch.kind() == Kind.CACHED) {
                run.setPositions(positions);
            }
            if (launch.starts()) {
                run.setStarts(starts);
            }
        });
        // attention for one query per head ends with a phase that joins what others computed
        boolean joins = launch.kind() == Kind.CACHED && launch.queries() == 1;
        return joins ? phases.subList(0, 1) : phases;
    }

    /** Every pair of a query and a key is looked at. */
    private static Set<Tile> visible(AttentionLaunch launch, int window, int lanes, int[] positions, int[] starts) {
        boolean single = launch.kind() == Kind.CACHED && launch.queries() == 1;
        int group = single ? 1 : AttentionTile.rows(new TileLibrary(lanes));
        int vector = single ? 1 : lanes;
        Set<Tile> tiles = new HashSet<>();
        for (int batch = 0; batch < launch.batch(); batch++) {
            Set<Tile> seen = new HashSet<>();
            for (int query = 0; query < launch.queries(); query++) {
                int place = positions[batch] + query;
                for (int key = 0; key < launch.keys(); key++) {
                    boolean inside = window == 0 || place - key < window;
                    if (key <= place && inside && key >= starts[batch * launch.queries() + query]) {
                        seen.add(new Tile(0, batch, 0, query / group * group, key / vector * vector));
                    }
                }
            }
            for (int product : VisitedScores.products(launch.kind())) {
                for (int head = 0; head < launch.heads(); head++) {
                    for (Tile tile : seen) {
                        tiles.add(new Tile(product, batch, head, tile.query(), tile.key()));
                    }
                }
            }
        }
        return tiles;
    }
}
