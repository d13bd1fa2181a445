package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.ReadState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Text in chunks through the cache gives the logits of the whole text at once, wherever each sequence of the batch stands. */
class IncrementalTest {
    private static final int TEXT = 11;
    private static final int BATCH = 2;

    static Stream<Arguments> chunks() {
        return Arrays.stream(SmallModels.values())
                .flatMap(family -> Stream.of(List.of(1), List.of(3), List.of(16), List.of(3, 1), List.of(16, 1))
                        .map(chunks -> Arguments.of(family, chunks)));
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void logitsAreThoseOfTheWholeText(SmallModels family, List<Integer> chunks) {
        Model model = family.model();
        Graph whole = Traced.logits(model, BATCH, TEXT).graph();
        Filled filled = Filled.of(whole, SmallModels.VOCABULARY, 3);
        Array tokens = filled.inputs().get(Traced.TOKENS);
        Array expected = filled.interpret(whole).results().get(Traced.LOGITS);

        Map<String, Array> state = new HashMap<>(filled.state());
        int[] positions = new int[BATCH];
        for (int i = 0; positions[1] < TEXT; i++) {
            int chunk = chunks.get(Math.min(i, chunks.size() - 1));
            Graph graph = Incremental.of(
                    Simplify.of(Traced.logits(model, BATCH, chunk).graph()), SmallModels.CONTEXT);
            addCaches(graph, state);
            Map<String, Array> inputs = Map.of(
                    Traced.TOKENS, chunkOf(tokens, positions, chunk),
                    Incremental.POSITION, Array.of(Type.i32(Dim.batch(BATCH)), sequence -> positions[sequence]));
            Array found = new Reference(state).run(graph, inputs).get(Traced.LOGITS);
            compare(expected, found, positions, chunk);
            positions[0] = Math.min(TEXT, positions[0] + chunk);
            positions[1] += i == 0 ? 0 : chunk; // begins later
        }
    }

    /** Past the end of the text stand ids that mean nothing. */
    private static Array chunkOf(Array tokens, int[] positions, int chunk) {
        return Array.of(Type.i32(Dim.batch(BATCH), Dim.sequence(chunk)), i -> {
            int place = positions[i / chunk] + i % chunk;
            return place < TEXT ? tokens.get(i / chunk * TEXT + place) : SmallModels.VOCABULARY - 1;
        });
    }

    /** Caches begin with numbers that would show. */
    private static void addCaches(Graph graph, Map<String, Array> state) {
        for (Node node : graph.nodes()) {
            if (node.op() instanceof ReadState read && Incremental.isCache(read.state())) {
                state.computeIfAbsent(read.state(), name -> Array.of(read.type(), i -> 1e6 + i));
            }
        }
    }

    private static void compare(Array expected, Array found, int[] positions, int chunk) {
        int width = SmallModels.VOCABULARY;
        for (int batch = 0; batch < BATCH; batch++) {
            int position = positions[batch];
            for (int t = 0; t < Math.min(chunk, TEXT - position); t++) {
                for (int i = 0; i < width; i++) {
                    double wanted = expected.get((batch * TEXT + position + t) * width + i);
                    assertEquals(
                            wanted, found.get((batch * chunk + t) * width + i), 1e-9, "position " + (position + t));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyLayerHasItsOwnCaches(SmallModels family) {
        Graph graph = Compiler.verifying()
                .incremental(family.layers(3), 1, 1, 9)
                .planned()
                .graph();
        List<String> caches = graph.nodes().stream()
                .filter(node -> node.op() instanceof ReadState read && Incremental.isCache(read.state()))
                .map(node -> ((ReadState) node.op()).state())
                .sorted()
                .toList();
        List<String> expected = Stream.of(0, 1, 2)
                .flatMap(i -> Stream.of("keys", "values").map(kind -> "cache.layers." + i + ".attention." + kind))
                .toList();
        assertEquals(expected, caches);
    }
}
