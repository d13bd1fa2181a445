package dev.quipu.compiler.program;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.layer.Embedding;
import dev.quipu.dsl.op.ReadState;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which uses of each op keep positions apart. */
class PositionsTest {
    private static final int T = 5;
    private static final Dim BATCH = Dim.batch(2);
    private static final Dim PLACE = Dim.sequence(T);
    private static final Dim CHANNEL = new Dim("channel", 4);
    private static final Tensor X = Tensor.input("x", Type.f32(BATCH, PLACE, CHANNEL));
    private static final Tensor COLUMNS = Tensor.input("columns", Type.f32(BATCH, CHANNEL, PLACE));
    private static final Tensor HEADS = Tensor.input("heads", Type.f32(BATCH, PLACE, new Dim("head", 2), CHANNEL));
    private static final Tensor WEIGHT = weight(CHANNEL);
    private static final Tensor IDS = Tensor.input("ids", Type.i32(BATCH, PLACE));

    private static Tensor weight(Dim... dims) {
        return Tensor.apply(new ReadState("weight" + dims.length + dims[0], Type.f32(dims)))
                .output(0);
    }

    static Stream<Arguments> apart() {
        return Stream.of(
                row("a formula", X.silu().plus(X)),
                row("a formula with a weight", X.times(WEIGHT)),
                row("a norm", X.rmsNorm(WEIGHT, 1e-5f)),
                row("a layer norm", X.layerNorm(WEIGHT, WEIGHT, 1e-5f)),
                row("softmax over channels", X.softmax()),
                row("a linear layer", X.linear(weight(new Dim("out", 3), CHANNEL))),
                row("a product of matrices at each place", HEADS.matmul(HEADS, false, true)),
                row(
                        "splitting and merging heads",
                        X.splitLast(new Dim("head", 2), new Dim("size", 2)).mergeLast("c")),
                row("a transposition", X.transpose(0, 2, 1).transpose(0, 2, 1)),
                row("a slice of channels", X.slice(2, 1, 2)),
                row("padding channels", X.pad(2, 1, 2)),
                row("concatenated channels", Tensor.concat(2, X, X)),
                row("a sum over channels", X.sum(2)),
                row("a sum over the batch", X.sum(0)),
                row("a broadcast over places", X.times(X.sum(2).broadcastTo(X.shape()))),
                row("a lookup", weight(new Dim("vocabulary", 7), CHANNEL).lookup(IDS)),
                row("rope and attention", HEADS.rope(100, 9).attention(HEADS, HEADS, 2)));
    }

    static Stream<Arguments> mixing() {
        return Stream.of(
                row("a sum over places", X.sum(1)),
                row("a sum over all", X.sumAll()),
                row("softmax over places", COLUMNS.softmax()),
                row("a norm over places", COLUMNS.rmsNorm(weight(new Dim("p", T)), 1e-5f)),
                row("a slice of places", X.slice(1, 0, 3)),
                row("padding places", X.pad(1, 1, 0)),
                row("concatenated places", Tensor.concat(1, X, X)),
                row("places merged with the batch", X.flattenRows()),
                row("places under another name", X.reshape(Shape.of(BATCH, new Dim("time", T), CHANNEL))),
                row("a view that shifts rows between places", X.reshape(Shape.of(PLACE, BATCH, CHANNEL))),
                row("scores of places against places", X.matmul(X, false, true)),
                row("a product over places", COLUMNS.matmul(X)),
                row("a mixer of places", COLUMNS.linear(weight(new Dim("out", 3), new Dim("p", T)))),
                row("places against channels", X.transpose(0, 2, 1).plus(wide())),
                row("a weight for each place", X.times(weight(new Dim("p", T), new Dim("one", 1)))),
                row("a learned position", X.plus(weight(new Dim("p", T), CHANNEL))),
                row("a loss", X.crossEntropy(IDS)),
                row("rope over heads", HEADS.transpose(0, 2, 1, 3).rope(100, 9)),
                row("attention over heads", headsFirst().attention(headsFirst(), headsFirst(), 0)),
                row("attention to learned keys", HEADS.attention(keys(), keys(), 0)));
    }

    /** [batch, sequence, sequence-sized channels]: the places stand elsewhere than in [batch, channel, sequence]. */
    private static Tensor wide() {
        return Tensor.input("wide", Type.f32(BATCH, new Dim("channel", 1), new Dim("p", T)));
    }

    private static Tensor headsFirst() {
        return HEADS.transpose(0, 2, 1, 3);
    }

    private static Tensor keys() {
        return weight(BATCH, new Dim("p", T), new Dim("head", 2), CHANNEL);
    }

    private static Arguments row(String name, Tensor result) {
        return Arguments.of(name, result);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("apart")
    void isProved(String name, Tensor result) {
        assertDoesNotThrow(() -> Incremental.check(graph(result)), name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mixing")
    void isRefusedByOpAndLine(String name, Tensor result) {
        Graph graph = graph(result);
        String message = assertThrows(QuipuException.class, () -> Incremental.check(graph), name)
                .getMessage();
        assertTrue(message.contains("PositionsTest.java:"), message);
        assertTrue(message.contains("positions one by one"), message);
        assertTrue(
                graph.nodes().stream()
                        .anyMatch(node -> message.contains(node.op().mnemonic() + " of ")),
                message);
    }

    private static Graph graph(Tensor result) {
        return Graph.of("row", Map.of("y", result), List.of());
    }

    /** Adds the first rows of a table to the stream, as GPT-2 does. */
    record Learned(Embedding embedding, Parameter places) implements Model {
        @Override
        public Tensor forward(Tensor tokens) {
            Tensor stream = embedding.apply(tokens);
            Tensor rows = places.tensor().slice(0, 0, tokens.shape().size(1));
            return stream.plus(rows).linear(embedding.weight().tensor());
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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void learnedPositionsAreRefusedEvenWhereOneLooksLikeAll(int chunk) {
        Model model = new Learned(
                Embedding.of(new Dim("vocabulary", 7), CHANNEL, 1), Parameter.ones(new Dim("place", 8), CHANNEL));
        assertThrows(QuipuException.class, () -> Compiler.verifying().incremental(model, 1, chunk, 8));
    }
}
