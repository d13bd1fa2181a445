package dev.quipu.compiler.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.Lora;
import dev.quipu.dsl.op.AccumulateState;
import dev.quipu.dsl.op.MatMul;
import dev.quipu.dsl.op.Op;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.dsl.tuning.Freezing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backward passes of models with frozen parts and adapters. */
class TuningTest {
    private static Graph joint(Model model) {
        return Differentiate.of(Traced.loss(model, 2, 5)).graph();
    }

    private static long count(Graph graph, Class<? extends Op> op, Site.Pass pass) {
        return graph.nodes().stream()
                .filter(node -> op.isInstance(node.op()) && node.site().pass() == pass)
                .count();
    }

    /**
     * The chain rule by hand: where {@code W' = W + s B A} is the merged weight and G the gradient that it would get in the plain
     * model, A's gradient is {@code s B^T G} and B's is {@code s G A^T}. The loss is that of the merged model.
     */
    @ParameterizedTest
    @EnumSource
    void gradientsOfAdaptersFollowFromTheMergedWeights(SmallModels family) {
        Model plain = family.model();
        Model adapted = Adapters.add(plain, Adapters.USUAL_TARGETS, 2, 3);
        Map<String, Lora> adapters = Adapters.of(adapted);
        assertEquals(14, adapters.size());
        Graph joint = joint(adapted);
        Filled filled = Filled.of(joint, SmallModels.VOCABULARY, 5);
        Filled.Outcome outcome = withoutGradients(filled).interpret(joint);

        Map<String, Array> merged = new HashMap<>(filled.state());
        adapters.keySet().forEach(path -> merged.put(path + ".weight", merged(filled.state(), path)));
        Graph plainJoint = joint(plain);
        Filled.of(plainJoint, SmallModels.VOCABULARY, 5).state().forEach(merged::putIfAbsent);
        Filled.Outcome expected =
                withoutGradients(new Filled(filled.inputs(), merged)).interpret(plainJoint);

        assertNear(
                expected.results().get(Traced.LOSS).values(),
                outcome.results().get(Traced.LOSS).values(),
                "loss");
        adapters.keySet().forEach(path -> {
            Array g = expected.state().get(Differentiated.gradientOf(path + ".weight"));
            Array a = filled.state().get(path + ".loraDown");
            Array b = filled.state().get(path + ".loraUp");
            assertNear(product(b, true, g, false), gradient(outcome, path + ".loraDown"), path);
            assertNear(product(g, false, a, true), gradient(outcome, path + ".loraUp"), path);
        });
    }

    private static void assertNear(double[] expected, double[] found, String what) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertArrayEquals(expected, found, 1e-12 * Math.max(1, largest), what);
    }

    private static Filled withoutGradients(Filled filled) {
        Map<String, Array> state = new HashMap<>(filled.state());
        state.replaceAll((name, array) -> name.startsWith("gradient.") ? Array.zeros(array.type()) : array);
        return new Filled(filled.inputs(), state);
    }

    private static double[] gradient(Filled.Outcome outcome, String name) {
        return outcome.state().get(Differentiated.gradientOf(name)).values();
    }

    private static Array merged(Map<String, Array> state, String path) {
        Array weight = state.get(path + ".weight");
        double[] correction = product(state.get(path + ".loraUp"), false, state.get(path + ".loraDown"), false);
        return Array.of(weight.type(), i -> weight.get(i) + correction[i]);
    }

    /** 1.5, which is alpha over rank, times a product of two matrices. */
    private static double[] product(Array left, boolean leftTransposed, Array right, boolean rightTransposed) {
        int[] l = left.type().shape().sizes();
        int[] r = right.type().shape().sizes();
        int rows = l[leftTransposed ? 1 : 0];
        int inner = l[leftTransposed ? 0 : 1];
        int columns = r[rightTransposed ? 0 : 1];
        double[] product = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                for (int k = 0; k < inner; k++) {
                    product[i * columns + j] += 1.5
                            * left.get(leftTransposed ? k * l[1] + i : i * l[1] + k)
                            * right.get(rightTransposed ? j * r[1] + k : k * r[1] + j);
                }
            }
        }
        return product;
    }

    /** Seven linear layers in each of two layers, of which each has a product for its input and, unless frozen, its weight. */
    @Test
    void workForFrozenWeightsIsNotThere() {
        Model model = SmallModels.LLAMA.model();
        long all = count(joint(model), MatMul.class, Site.Pass.BACKWARD);
        assertEquals(2 * 15, all, "layers and output");
        Graph frozen = joint(Freezing.matching(model, List.of(new Glob("layers.*.w?.weight"))));
        assertEquals(all - 8, count(frozen, MatMul.class, Site.Pass.BACKWARD));
        Graph lora = joint(Adapters.add(model, Adapters.USUAL_TARGETS, 2, 2));
        // the base's input, and A and B with their inputs; the first q, k and v need no input's gradient, nor the
        // output's weight
        assertEquals(14 * 5 - 3 * 2 + 1, count(lora, MatMul.class, Site.Pass.BACKWARD));
        assertEquals(28, lora.effects().size());
        assertTrue(lora.effects().stream()
                .map(Node::op)
                .allMatch(op -> ((AccumulateState) op).state().matches("gradient\\.layers\\..*\\.lora(Up|Down)")));
    }

    /** Below the lowest trained parameter there is no backward pass. */
    @Test
    void theBackwardPassEndsWhereTheLastTrainedParameterIs() {
        Model head = Freezing.matching(
                SmallModels.LLAMA.model(), List.of(new Glob("embedding.*"), new Glob("layers.*"), new Glob("norm.*")));
        Graph joint = joint(head);
        assertEquals(1, count(joint, MatMul.class, Site.Pass.BACKWARD));
        assertTrue(joint.nodes().stream()
                .noneMatch(node -> node.site().pass() == Site.Pass.BACKWARD
                        && node.site().layer().startsWith("layers")));
    }
}
