package dev.quipu.compiler.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.layer.RmsNorm;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RepeatedBlocksTest {
    private static final Dim CHANNEL = new Dim("channel", 4);

    @Test
    void thirtyTwoLayersAreOneBlockInEveryGraph() {
        oneBlockInEveryGraph(SmallModels.LLAMA, 32);
    }

    @ParameterizedTest
    @EnumSource
    void layersOfEveryFamilyAreOneBlock(SmallModels family) {
        oneBlockInEveryGraph(family, 4);
    }

    private static void oneBlockInEveryGraph(SmallModels family, int layers) {
        Model model = family.layers(layers);
        Compiler compiler = new Compiler(false);
        Compiled gradient = compiler.gradient(model, 1, 3);
        Compiled update = compiler.update(model, AdamW.LLAMA);
        Compiled decode = compiler.incremental(model, 1, 1, 5);
        for (Graph graph : List.of(
                gradient.traced(),
                gradient.differentiated(),
                gradient.planned().graph(),
                update.planned().graph(),
                decode.planned().graph())) {
            RepeatedBlocks blocks = RepeatedBlocks.of(graph);
            assertEquals(List.of("layers.0-" + (layers - 1)), labels(graph), graph::name);
            long inLayers = graph.nodes().stream()
                    .filter(node -> node.site().layer().startsWith("layers."))
                    .count();
            assertEquals(inLayers / layers * (layers - 1), blocks.folded().size());
            assertEquals(inLayers, blocks.representatives().size());
        }
    }

    @Test
    void instancesCorrespondNodeByNode() {
        Graph graph = Traced.loss(SmallModels.QWEN3.layers(3), 1, 2).graph();
        RepeatedBlocks.Block block = RepeatedBlocks.of(graph).blocks().getFirst();
        for (List<Node> instance : block.instances()) {
            for (int i = 0; i < instance.size(); i++) {
                Node first = block.instances().getFirst().get(i);
                assertEquals(first.site().origin(), instance.get(i).site().origin());
                assertEquals(first.types(), instance.get(i).types());
            }
        }
    }

    /** A stack of any layers. */
    record Stack(Embedding embedding, List<Layer> layers, RmsNorm norm1, RmsNorm norm2) implements Model {
        static Stack of(Layer... layers) {
            return new Stack(
                    Embedding.of(new Dim("vocabulary", 4), CHANNEL, 1),
                    List.of(layers),
                    RmsNorm.of(CHANNEL, 1e-5f),
                    RmsNorm.of(CHANNEL, 1e-5f));
        }

        @Override
        public Tensor forward(Tensor tokens) {
            Tensor stream = embedding.apply(tokens);
            for (Layer layer : layers) {
                stream = layer.apply(stream);
            }
            return norm2.apply(norm1.apply(stream));
        }

        @Override
        public int vocabularySize() {
            return 4;
        }

        @Override
        public int contextLength() {
            return 8;
        }
    }

    record Gated(String formula, boolean swapped) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            Tensor gate = x.silu();
            return swapped ? Tensor.formula(formula, x, gate) : Tensor.formula(formula, gate, x);
        }
    }

    static Stream<Arguments> stacks() {
        return Stream.of(
                Arguments.of("", List.of("a * b")),
                Arguments.of("layers.0-1", List.of("a * b", "a * b")),
                Arguments.of("layers.0-1 layers.3-4", List.of("a * b", "a * b", "a + b", "a * b", "a * b")),
                Arguments.of("layers.0-1 layers.2-4", List.of("a * b", "a * b", "a + b", "a + b", "a + b")),
                Arguments.of("layers.1-2", List.of("a + b", "a * b", "a * b")),
                Arguments.of("layers.0-1 layers.3-4", List.of("a / b", "a / b", "swapped", "a / b", "a / b")),
                Arguments.of("", List.of("a * b", "a + b", "a * b", "a + b")));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void aLayerThatDiffersSplitsTheRun(String expected, List<String> formulas) {
        Layer[] layers = IntStream.range(0, formulas.size())
                .mapToObj(i -> formulas.get(i).equals("swapped")
                        ? new Gated("a / b", true)
                        : new Gated(formulas.get(i), false))
                .toArray(Layer[]::new);

        assertEquals(
                expected,
                String.join(" ", labels(Traced.logits(Stack.of(layers), 1, 3).graph())));
    }

    @Test
    void componentsWithNumbersInTheirNamesAreNoList() {
        Graph graph = Traced.logits(Stack.of(), 1, 3).graph();
        assertTrue(graph.nodes().stream().anyMatch(node -> node.site().layer().equals("norm2")));
        assertEquals(List.of(), labels(graph));
    }

    private static List<String> labels(Graph graph) {
        return RepeatedBlocks.of(graph).blocks().stream()
                .map(RepeatedBlocks.Block::label)
                .toList();
    }
}
