package dev.quipu.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Initial;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.op.Attention;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.op.Pointwise;
import dev.quipu.dsl.op.ReadState;
import dev.quipu.dsl.op.Reshape;
import dev.quipu.dsl.op.RmsNorm;
import dev.quipu.dsl.op.Rope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LlamaTest {
    /** Sizes that no two dimensions share. */
    private static final LlamaConfig CONFIG = new LlamaConfig(48, 3, 6, 2, 10, 72, 99, 32, 1e-6, 5e5, false, 0);

    private static final LlamaConfig WINDOW = new LlamaConfig(48, 3, 6, 2, 10, 72, 99, 32, 1e-6, 5e5, false, 7);

    private static final LlamaConfig TIED = new LlamaConfig(48, 3, 6, 2, 10, 72, 99, 32, 1e-6, 5e5, true, 0);

    static Stream<Llama> families() {
        return Stream.of(Llama.of(CONFIG), Llama.of(WINDOW), Llama.of(TIED), Qwen2.of(CONFIG), Qwen3.of(CONFIG));
    }

    @ParameterizedTest
    @MethodSource("families")
    void logitsAndLossHaveTheirShapesAndReadEveryParameter(Llama model) {
        Traced logits = Traced.logits(model, 4, 11);
        assertEquals(
                "f32[batch=4, sequence=11, vocabulary=99]",
                logits.graph().results().get(Traced.LOGITS).type().toString());
        Traced loss = Traced.loss(model, 4, 11);
        assertEquals(1, loss.graph().results().get(Traced.LOSS).shape().elements());
        assertEquals(
                Trace.parameters(model).size(), nodes(loss, ReadState.class).size());
        assertEquals(3, nodes(loss, Attention.class).size());
        assertEquals(6, nodes(loss, Rope.class).size());
    }

    @Test
    void pathsAndShapes() {
        Map<String, Parameter> parameters = Trace.parameters(Llama.of(CONFIG));
        assertEquals(3 * 9 + 3, parameters.size());
        assertEquals(
                List.of("embedding.weight", "layers.0.attentionNorm.weight"),
                parameters.keySet().stream().limit(2).toList());
        Map<String, String> shapes = Map.of(
                "embedding.weight", "[vocabulary=99, channel=48]",
                "layers.1.attentionNorm.weight", "[channel=48]",
                "layers.1.attention.wq.weight", "[head*head_size=60, channel=48]",
                "layers.1.attention.wk.weight", "[key_head*head_size=20, channel=48]",
                "layers.1.attention.wo.weight", "[channel=48, head*head_size=60]",
                "layers.1.feedForward.gate.weight", "[hidden=72, channel=48]",
                "layers.1.feedForward.down.weight", "[channel=48, hidden=72]",
                "norm.weight", "[channel=48]",
                "output.weight", "[vocabulary=99, channel=48]");
        shapes.forEach((path, shape) ->
                assertEquals(shape, parameters.get(path).shape().toString(), path));
    }

    @Test
    void relativesAddTheirParameters() {
        Map<String, Parameter> biased = Trace.parameters(Qwen2.of(CONFIG));
        Map<String, Parameter> normalised = Trace.parameters(Qwen3.of(CONFIG));
        assertEquals(3 * 12 + 3, biased.size());
        assertEquals(
                "[key_head*head_size=20]",
                biased.get("layers.2.attention.wv.bias").shape().toString());
        assertEquals(3 * 11 + 3, normalised.size());
        assertEquals(
                "[head_size=10]",
                normalised.get("layers.2.attention.queryNorm.weight").shape().toString());
    }

    @Test
    void aTiedOutputIsTheEmbeddingsTable() {
        Llama model = Llama.of(TIED);
        assertSame(model.embedding().weight(), ((Linear) model.output()).weight());
        assertTrue(!Trace.parameters(model).containsKey("output.weight"));
    }

    @Test
    void projectionsOntoTheStreamStartSmaller() {
        Map<String, Parameter> parameters = Trace.parameters(Llama.of(CONFIG));
        double residual = 0.02 / Math.sqrt(6);
        Map<String, Double> deviations = Map.of(
                "embedding.weight", 0.02,
                "layers.0.attention.wq.weight", 0.02,
                "layers.0.attention.wo.weight", residual,
                "layers.0.feedForward.up.weight", 0.02,
                "layers.0.feedForward.down.weight", residual,
                "output.weight", 0.02);
        deviations.forEach((path, deviation) ->
                assertEquals(new Initial.Normal(deviation), parameters.get(path).initial(), path));
        assertEquals(new Initial.Constant(1), parameters.get("norm.weight").initial());
    }

    /** Reads upwards from one input of the first attention to its projection. */
    @Test
    void queriesAreNormalisedBeforeTheyAreRotatedAndValuesAreNot() {
        Traced traced = Traced.logits(Qwen3.of(CONFIG), 1, 5);
        Node attention = nodes(traced, Attention.class).getFirst();
        assertEquals(
                List.of(Rope.class, RmsNorm.class, Reshape.class, MatMul.class),
                upwards(attention.inputs().get(0)));
        assertEquals(
                List.of(Rope.class, RmsNorm.class, Reshape.class, MatMul.class),
                upwards(attention.inputs().get(1)));
        assertEquals(
                List.of(Reshape.class, MatMul.class), upwards(attention.inputs().get(2)));
    }

    @Test
    void opsCarryTheConfiguration() {
        Traced traced = Traced.logits(Llama.of(WINDOW), 1, 5);
        Attention attention =
                (Attention) nodes(traced, Attention.class).getFirst().op();
        assertEquals(7, attention.window());
        assertEquals(1 / Math.sqrt(10), attention.scale(), 1e-7);
        assertTrue(nodes(traced, RmsNorm.class).stream().allMatch(node -> ((RmsNorm) node.op()).epsilon() == 1e-6f));
        assertTrue(nodes(traced, Pointwise.class).stream()
                .anyMatch(node -> node.op().toString().contains("silu(gate) * up")));
        assertEquals(
                "layers.0.attention",
                nodes(traced, Attention.class).getFirst().site().layer());
        assertEquals(
                "Llama.java",
                nodes(traced, Attention.class).getFirst().site().origin().file());
    }

    @Test
    void aSequenceBeyondTheContextIsRefused() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> Traced.logits(Llama.of(CONFIG), 1, 33));
        assertTrue(mistake.getMessage().contains("at most 32 tokens"), mistake.getMessage());
    }

    private static List<Class<?>> upwards(Tensor tensor) {
        List<Class<?>> ops = new ArrayList<>();
        Node node = tensor.node();
        while (!(node.op() instanceof MatMul)) {
            ops.add(node.op().getClass());
            node = node.inputs().getFirst().node();
        }
        ops.add(MatMul.class);
        return ops;
    }

    private static List<Node> nodes(Traced traced, Class<? extends Op> kind) {
        return traced.graph().nodes().stream()
                .filter(node -> kind.isInstance(node.op()))
                .toList();
    }
}
