package dev.quipu.compiler.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.AdamW;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.WriteState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClusteringTest {
    private static final Dim ROW = new Dim("row", 6);
    private static final Dim CHANNEL = new Dim("channel", 4);
    private static final Tensor X = Tensor.input("x", Type.f32(ROW, CHANNEL));
    private static final Tensor W = Tensor.input("w", Type.f32(CHANNEL, CHANNEL));

    private static Tensor read(Dim... dims) {
        return Tensor.apply(new ReadState("s", Type.f32(dims))).output(0);
    }

    static Stream<Arguments> rows() {
        Tensor product = X.matmul(W);
        Tensor cube = product.reshape(Shape.of(new Dim("a", 2), new Dim("b", 3), CHANNEL));
        Tensor bias = Tensor.input("bias", Type.f32(CHANNEL));
        Tensor perPlace = Tensor.input("p", Type.f32(new Dim("b", 3), CHANNEL));
        return Stream.of(
                row(
                        "maps in a row are one kernel",
                        "ROWS(pointwise pointwise)",
                        X.silu().times(X)),
                row(
                        "so are reductions of their rows",
                        "ROWS(pointwise softmax sum)",
                        X.silu().softmax().sum(1)),
                row("a product takes its activation", "PRODUCT(matMul pointwise)", product.silu()),
                row("and through a view its bias", "PRODUCT(matMul pointwise)", cube.plus(bias)),
                row("but nothing that the view repeats", "PRODUCT(matMul) ROWS(pointwise)", cube.plus(perPlace)),
                row(
                        "a product that others read too keeps a map that is reduced apart",
                        "PRODUCT(matMul) ROWS(pointwise softmax sum)",
                        product.silu().softmax(),
                        product.sum(1)),
                row(
                        "a map before a sum over rows is never stored",
                        "COLUMNS(pointwise sum)",
                        X.silu().sum(0)),
                row(
                        "a reduction of one column does not join wide rows",
                        "ROWS(sum pointwise) ROWS(softmax)",
                        X.sum(1).softmax(),
                        X.times(X.sum(1))),
                row("maps of the same rows run together", "ROWS(pointwise pointwise)", X.silu(), X.plus(X)),
                row(
                        "views need no kernel",
                        "ROWS(pointwise)",
                        X.flattenRows().reshape(Shape.of(CHANNEL, ROW)).silu()),
                row(
                        "nor do slices of rows",
                        "PRODUCT(matMul pointwise)",
                        X.slice(0, 2, 3).matmul(W.slice(0, 1, 3), false, true).silu()),
                row(
                        "but in the kernel that makes a tensor all of it is there",
                        "ROWS(pointwise) ROWS(pointwise)",
                        X.silu().slice(0, 2, 3).silu()),
                row(
                        "a slice of columns moves",
                        "MOVE(slice) ROWS(pointwise)",
                        X.slice(1, 2, 2).silu()),
                row(
                        "moves run alone",
                        "MOVE(transpose) ROWS(pointwise)",
                        X.transpose(1, 0).silu()),
                row(
                        "a result is stored on its way",
                        "ROWS(pointwise pointwise)",
                        X.silu(),
                        X.silu().silu()));
    }

    private static Arguments row(String name, String expected, Tensor... results) {
        return Arguments.of(name, expected, List.of(results));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void clusters(String name, String expected, List<Tensor> results) {
        Map<String, Tensor> named = results.stream()
                .collect(Collectors.toMap(result -> "result" + results.indexOf(result), result -> result));
        assertEquals(expected, brief(Clustering.of(Simplify.of(Graph.of("row", named, List.of())))), name);
    }

    private static String brief(List<Cluster> clusters) {
        return clusters.stream()
                .map(cluster -> cluster.kind()
                        + cluster.nodes().stream()
                                .map(node -> node.op().mnemonic())
                                .collect(Collectors.joining(" ", "(", ")")))
                .collect(Collectors.joining(" "));
    }

    @Test
    void stateIsWrittenInPlaceOnlyWhereItIsReadElementByElement() {
        Tensor s = read(CHANNEL, CHANNEL);
        assertEquals(
                "ROWS(pointwise writeState)",
                brief(Clustering.of(effect(Tensor.apply(new WriteState("s"), s.silu())))));
        assertEquals(
                "PRODUCT(matMul) ROWS(accumulateState)",
                brief(Clustering.of(effect(Tensor.apply(new AccumulateState("s"), s.matmul(W))))));
        assertEquals(
                "PRODUCT(matMul accumulateState)",
                brief(Clustering.of(effect(Tensor.apply(new AccumulateState("t"), s.matmul(W))))));
        Tensor square =
                read(ROW, new Dim("one", 1)).times(read(ROW, new Dim("one", 1)).reshape(Shape.of(ROW)));
        assertEquals(
                "ROWS(pointwise sum) ROWS(writeState)",
                brief(Clustering.of(effect(Tensor.apply(new WriteState("s"), square.sum(1))))));
    }

    @Test
    void additionsToOneStateRunOneAfterTheOther() {
        Tensor later = X.matmul(W).silu().matmul(W);
        Graph graph = Graph.of(
                "additions",
                Map.of(),
                List.of(
                        Tensor.apply(new AccumulateState("s"), later),
                        Tensor.apply(new AccumulateState("s"), X),
                        Tensor.apply(new AccumulateState("t"), X),
                        Tensor.apply(new AccumulateState("s"), X.matmul(W))));
        assertEquals(
                "ROWS(accumulateState) PRODUCT(matMul pointwise) PRODUCT(matMul accumulateState) "
                        + "ROWS(accumulateState) ROWS(accumulateState)",
                brief(Clustering.of(Simplify.of(graph))));
    }

    private static Graph effect(Node effect) {
        return Graph.of("effect", Map.of(), List.of(effect));
    }

    /** Also where the norm of all gradients ends in a row as long as a parameter's: that of the last norm in a tied model. */
    @ParameterizedTest
    @EnumSource
    void theStepOfAParameterIsOneKernel(SmallModels family) {
        List<Cluster> clusters =
                new Compiler(true).update(family.model(), AdamW.LLAMA).planned().clusters();
        assertTrue(clusters.stream()
                .filter(cluster -> cluster.nodes().stream().anyMatch(node -> node.op() instanceof WriteState))
                .allMatch(cluster -> cluster.outputs().stream()
                                .allMatch(output -> output.shape().elements() == 1)
                        && cluster.nodes().stream()
                                        .filter(node -> node.op() instanceof WriteState)
                                        .count()
                                == 4));
    }

    /** Readable: a line for each kernel of the second layer, forward and backward. */
    @Test
    void aLlamaBlock() {
        List<Cluster> clusters = new Compiler(true)
                .gradient(SmallModels.LLAMA.layers(3), 2, 5)
                .planned()
                .clusters();
        String table = clusters.stream()
                .filter(cluster -> cluster.head().site().layer().startsWith("layers.1"))
                .map(ClusteringTest::line)
                .collect(Collectors.joining("\n"));
        assertEquals(BLOCK.strip(), table);
    }

    private static String line(Cluster cluster) {
        String layer = cluster.head().site().layer().replaceFirst("layers\\.1\\.?", "");
        String ops = cluster.nodes().stream()
                .map(node -> node.op() instanceof Pointwise pointwise
                        ? "[" + pointwise.formula() + "]"
                        : node.op().mnemonic())
                .collect(Collectors.joining(" "));
        String pass = cluster.head().site().pass().name().toLowerCase(Locale.ROOT);
        return "%-8s %-18s %-15s %s".formatted(pass, layer, cluster.kind(), ops);
    }

    private static final String BLOCK = """
        forward  attentionNorm      ROWS            rmsNorm
        forward  attention.wq       PRODUCT         matMul
        forward  attention.wk       PRODUCT         matMul
        forward  attention.wv       PRODUCT         matMul
        forward  attention          MOVE            rope
        forward  attention          MOVE            rope
        forward  attention          ATTENTION       attention
        forward  attention.wo       PRODUCT         matMul [left + right]
        forward  feedForwardNorm    ROWS            rmsNorm
        forward  feedForward.gate   PRODUCT         matMul
        forward  feedForward.up     PRODUCT         matMul [silu(gate) * up]
        forward  feedForward.down   PRODUCT         matMul [left + right]
        backward feedForward.down   PRODUCT         matMul accumulateState
        backward feedForward.down   PRODUCT         matMul [g * (sigmoid(gate) * (1 + gate * sigmoid(-gate)) * up)] [g * silu(gate)]
        backward feedForward.up     PRODUCT         matMul accumulateState
        backward feedForward.gate   PRODUCT         matMul accumulateState
        backward feedForward.up     PRODUCT         matMul
        backward feedForward.gate   PRODUCT         matMul [left + right]
        backward feedForwardNorm    COLUMNS         [g * x * r] sum accumulateState
        backward feedForwardNorm    ROWS            [g * weight * x] sum [sum * 0.125] [r * (g * weight - x * (r * r * mean))] [left + right]
        backward attention.wo       PRODUCT         matMul accumulateState
        backward attention.wo       PRODUCT         matMul
        backward attention          ATTENTION_BACKWARD attentionBackward
        backward attention.wv       PRODUCT         matMul accumulateState
        backward attention          MOVE            rope
        backward attention.wk       PRODUCT         matMul accumulateState
        backward attention          MOVE            rope
        backward attention.wq       PRODUCT         matMul accumulateState
        backward attention.wv       PRODUCT         matMul
        backward attention.wk       PRODUCT         matMul [left + right]
        backward attention.wq       PRODUCT         matMul [left + right]
        backward attentionNorm      COLUMNS         [g * x * r] sum accumulateState
        backward attentionNorm      ROWS            [g * weight * x] sum [sum * 0.125] [r * (g * weight - x * (r * r * mean))] [left + right]
        """;
}
