package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.autodiff.Differentiate;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The interpreter against PyTorch's float64 values, which are stored in single precision. */
class GoldenReferenceTest {
    /** Rounding to single precision is 3e-8 of a norm; epsilon and scale of the ops are single precision too. */
    private static final double TOLERANCE = 1e-7;

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void logits(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Map<String, Array> expected = golden.values("case.safetensors");
        Array tokens = expected.get("input_ids");
        Shape shape = tokens.type().shape();
        Traced traced = Traced.logits(golden.model(), shape.size(0), shape.size(1));

        Array found = new Reference(golden.weights())
                .run(traced.graph(), Map.of(Traced.TOKENS, tokens))
                .get(Traced.LOGITS);

        assertNear("logits", expected.get("logits"), found);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void lossAndGradients(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Map<String, Array> expected = golden.values("case.safetensors");
        Array tokens = expected.get("input_ids");
        Shape shape = tokens.type().shape();
        Differentiated joint = Differentiate.of(Traced.loss(golden.model(), shape.size(0), shape.size(1)));
        Map<String, Array> state = new HashMap<>(golden.weights());
        golden.weights()
                .forEach((name, weight) -> state.put(Differentiated.gradientOf(name), Array.zeros(weight.type())));
        Map<String, Array> inputs = Map.of(
                Traced.TOKENS, tokens,
                Traced.TARGETS, expected.get("targets"),
                Traced.SCALE, Array.of(new Type(DType.F32, Shape.scalar()), 1.0 / tokens.size()));

        Array loss = new Reference(state).run(joint.graph(), inputs).get(Traced.LOSS);

        assertNear("loss", expected.get("loss"), loss);
        assertEquals(List.copyOf(golden.names().keySet()), joint.trained());
        golden.names()
                .forEach((parameter, name) -> assertNear(
                        name, expected.get("grad." + name), state.get(Differentiated.gradientOf(parameter))));
    }

    private static void assertNear(String name, Array expected, Array found) {
        assertEquals(expected.size(), found.size(), name);
        Array difference = Array.of(expected.type(), i -> expected.get(i) - found.get(i));
        double relative = difference.norm() / expected.norm();
        assertTrue(relative <= TOLERANCE, () -> name + ": the difference's norm is " + relative + " of the norm");
    }
}
