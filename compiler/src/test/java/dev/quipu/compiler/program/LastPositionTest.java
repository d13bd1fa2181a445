package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.ReadState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A prompt's chunk leaves in the caches what the chunk with all logits does, and gives one row of these for each sequence. */
class LastPositionTest {
    private static final int BATCH = 2;
    private static final int CHUNK = 4;
    private static final int CAPACITY = 12;
    private static final int WIDTH = 3;
    private static final int[] POSITIONS = {0, 5};

    /** What models may do between the last attention and the logits, or without any attention. */
    private record Pairs(Embedding embedding, BinaryOperator<Tensor> head) implements Model {
        @Override
        public Tensor forward(Tensor tokens) {
            return head.apply(embedding.apply(tokens), embedding.weight().tensor());
        }

        @Override
        public int vocabularySize() {
            return SmallModels.VOCABULARY;
        }

        @Override
        public int contextLength() {
            return CAPACITY;
        }
    }

    private static Tensor attention(Tensor x) {
        Tensor heads =
                x.reshape(x.shape().with(2, new Dim("head", 1)).append(x.shape().last()));
        return Tensor.apply(new Attention(0, 1), heads, heads, heads).output(0).reshape(x.shape());
    }

    private static Named<Model> pairs(String name, BinaryOperator<Tensor> head) {
        Embedding embedding = Embedding.of(new Dim("vocabulary", SmallModels.VOCABULARY), new Dim("channel", WIDTH), 1);
        return Named.of(name, new Pairs(embedding, head));
    }

    static Stream<Named<Model>> models() {
        return Stream.concat(
                Arrays.stream(SmallModels.values()).map(family -> Named.of(family.toString(), family.model())),
                Stream.of(
                        pairs("product", Tensor::linear),
                        pairs("sum with itself", (x, weight) -> x.plus(x).linear(weight)),
                        pairs("keys' rows behind another axis", (x, weight) -> {
                            Tensor turned = x.transpose(0, 2, 1);
                            Tensor squares = turned.times(turned);
                            Tensor seen = attention(squares.transpose(0, 2, 1));
                            return squares.plus(turned)
                                    .transpose(0, 2, 1)
                                    .plus(seen)
                                    .linear(weight);
                        }),
                        pairs("numbers of rows", (x, weight) -> {
                            Tensor product = x.slice(2, 0, 1).times(x.slice(2, 1, 1));
                            return x.times(product.broadcastTo(x.shape())).linear(weight);
                        })));
    }

    @ParameterizedTest
    @MethodSource("models")
    void givesTheChunksRows(Model model) {
        Graph chunk = Compiler.verifying()
                .incremental(model, BATCH, CHUNK, CAPACITY)
                .planned()
                .graph();
        Graph prompt = Compiler.verifying()
                .prefill(model, BATCH, CHUNK, CAPACITY)
                .planned()
                .graph();
        Filled filled = Filled.of(Traced.logits(model, BATCH, CHUNK).graph(), SmallModels.VOCABULARY, 3);
        Map<String, Array> inputs = new HashMap<>(filled.inputs());
        inputs.put(Incremental.POSITION, Array.of(Type.i32(Dim.batch(BATCH)), sequence -> POSITIONS[sequence]));
        Map<String, Array> expectedState = state(chunk, filled);
        Array expected = new Reference(expectedState).run(chunk, inputs).get(Traced.LOGITS);

        for (int[] last : new int[][] {{0, 3}, {1, 1}, {3, 0}}) {
            inputs.put(
                    LastPosition.ROW, Array.of(Type.i32(Dim.batch(BATCH), Dim.sequence(1)), i -> i * CHUNK + last[i]));
            inputs.put(
                    LastPosition.POSITION,
                    Array.of(Type.i32(Dim.batch(BATCH)), sequence -> POSITIONS[sequence] + last[sequence]));
            Map<String, Array> foundState = state(prompt, filled);
            Array found = new Reference(foundState).run(prompt, inputs).get(Traced.LOGITS);

            assertEquals(BATCH * SmallModels.VOCABULARY, found.values().length);
            for (int i = 0; i < found.values().length; i++) {
                int sequence = i / SmallModels.VOCABULARY;
                int row = sequence * CHUNK + last[sequence];
                double wanted = expected.get(row * SmallModels.VOCABULARY + i % SmallModels.VOCABULARY);
                assertEquals(wanted, found.get(i), 1e-9, "row " + row);
            }
            assertEquals(expectedState.keySet(), foundState.keySet());
            expectedState.forEach((name, array) -> assertTrue(
                    Arrays.equals(array.values(), foundState.get(name).values()), name));
        }
    }

    private static Map<String, Array> state(Graph graph, Filled filled) {
        Map<String, Array> state = new HashMap<>(filled.state());
        for (Node node : graph.nodes()) {
            if (node.op() instanceof ReadState read && Incremental.isCache(read.state())) {
                state.put(read.state(), Array.of(read.type(), i -> Math.sin(i)));
            }
        }
        return state;
    }

    @ParameterizedTest
    @EnumSource
    void computesNoOtherLogits(SmallModels family) {
        Graph prompt = Compiler.verifying()
                .prefill(family.model(), BATCH, CHUNK, CAPACITY)
                .planned()
                .graph();
        long logits = prompt.nodes().stream()
                .filter(node -> node.op() instanceof MatMul)
                .map(node -> node.output(0).shape())
                .filter(shape -> shape.last().size() == SmallModels.VOCABULARY)
                .peek(shape -> assertEquals(BATCH, shape.rows()))
                .count();
        assertEquals(1, logits);
    }
}
