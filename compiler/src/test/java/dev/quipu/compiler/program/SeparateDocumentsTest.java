package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.Custom;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.AttentionBackward;
import dev.quipu.dsl.op.Input;
import dev.quipu.dsl.text.GraphText;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents that share a row train as they would alone. */
class SeparateDocumentsTest {
    /** Rows of documents of these lengths. */
    private static final List<List<Integer>> ROWS = List.of(List.of(4, 1, 6), List.of(7, 4));

    private static final int LENGTH = 11;

    @ParameterizedTest
    @EnumSource
    void aRowOfDocumentsGivesTheLossAndGradientsOfEachAlone(SmallModels family) {
        Model model = family.model();
        Compiled packed = Compiler.verifying().gradient(model, ROWS.size(), LENGTH, Documents.SEPARATE);
        Filled filled = Filled.of(packed.differentiated(), SmallModels.VOCABULARY, 5);
        Array tokens = filled.inputs().get(Traced.TOKENS);
        Array targets = filled.inputs().get(Traced.TARGETS);
        Map<String, Array> state = new HashMap<>(filled.state());
        double together = run(packed, state, tokens, targets, starts());

        Map<String, Array> aloneState = new HashMap<>(filled.state());
        double alone = 0;
        for (int row = 0; row < ROWS.size(); row++) {
            int place = row * LENGTH;
            for (int length : ROWS.get(row)) {
                Compiled one = Compiler.verifying().gradient(model, 1, length);
                alone += run(one, aloneState, part(tokens, place, length), part(targets, place, length), null);
                place += length;
            }
        }
        assertEquals(alone, together, 1e-12 * Math.abs(alone));
        for (String name : Trace.parameters(model).keySet()) {
            Array expected = aloneState.get(Differentiated.gradientOf(name));
            Array found = state.get(Differentiated.gradientOf(name));
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.get(i), found.get(i), 1e-10, name);
            }
        }
    }

    private static double run(Compiled compiled, Map<String, Array> state, Array tokens, Array targets, Array starts) {
        Map<String, Array> inputs = new HashMap<>(Map.of(
                Traced.TOKENS, tokens,
                Traced.TARGETS, targets,
                Traced.SCALE, Array.of(new Type(DType.F32, Shape.scalar()), place -> 0.25)));
        if (starts != null) {
            inputs.put(Traced.STARTS, starts);
        }
        Graph graph = compiled.planned().graph();
        return new Reference(state).run(graph, inputs).get(Traced.LOSS).get(0);
    }

    private static Array part(Array whole, int from, int length) {
        return Array.of(Type.i32(Dim.batch(1), Dim.sequence(length)), place -> whole.get(from + place));
    }

    private static Array starts() {
        double[] starts = new double[ROWS.size() * LENGTH];
        for (int row = 0; row < ROWS.size(); row++) {
            int place = 0;
            for (int length : ROWS.get(row)) {
                Arrays.fill(starts, row * LENGTH + place, (row + 1) * LENGTH, place);
                place += length;
            }
        }
        return Array.of(Type.i32(Dim.batch(ROWS.size()), Dim.sequence(LENGTH)), starts);
    }

    @Test
    void everyAttentionReadsTheStarts() {
        Graph graph = Compiler.verifying()
                .gradient(SmallModels.LLAMA.layers(3), 2, 5, Documents.SEPARATE)
                .planned()
                .graph();
        List<Node> attentions = graph.nodes().stream()
                .filter(node -> node.op() instanceof Attention || node.op() instanceof AttentionBackward)
                .toList();
        assertEquals(6, attentions.size());
        for (Node attention : attentions) {
            assertTrue(
                    attention.inputs().getLast().node().op() instanceof Input input
                            && input.name().equals(Traced.STARTS),
                    attention.toString());
        }
    }

    @Test
    void joinedDocumentsChangeNothing() {
        Model model = SmallModels.LLAMA.model();
        assertEquals(
                GraphText.print(Compiler.verifying().gradient(model, 2, 5).traced()),
                GraphText.print(Compiler.verifying()
                        .gradient(model, 2, 5, Documents.JOINED)
                        .traced()));
    }

    enum Mixer {
        NONE("a model with attention"),
        MEAN("so that documents in one row stay apart"),
        HIDDEN("attention in hidden");

        private final String message;

        Mixer(String message) {
            this.message = message;
        }

        private Tensor apply(Tensor stream) {
            return switch (this) {
                case NONE -> stream;
                case MEAN -> attend(stream).plus(stream.sum(1));
                case HIDDEN ->
                    Custom.of("hidden", in -> attend(in.getFirst()), (in, out, gradient) -> List.of(gradient))
                            .apply(stream);
            };
        }

        private static Tensor attend(Tensor stream) {
            Tensor heads = stream.splitLast(new Dim("head", 2), new Dim("size", 2));
            return heads.attention(heads, heads, 0).mergeLast("channel");
        }
    }

    record Mixed(Embedding embedding, Mixer mixer) implements Model {
        @Override
        public Tensor forward(Tensor tokens) {
            Tensor stream = mixer.apply(embedding.apply(tokens));
            return stream.linear(embedding.weight().tensor());
        }

        @Override
        public int vocabularySize() {
            return 7;
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(Mixer.values()).flatMap(mixer -> Stream.of(1, 5).map(length -> Arguments.of(mixer, length)));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCouldMixDocumentsElsewhereIsRefused(Mixer mixer, int length) {
        Model model = new Mixed(Embedding.of(new Dim("vocabulary", 7), new Dim("channel", 4), 1), mixer);
        String message = assertThrows(
                        QuipuException.class, () -> Compiler.verifying().gradient(model, 1, length, Documents.SEPARATE))
                .getMessage();
        assertTrue(message.contains(mixer.message), message);
    }
}
