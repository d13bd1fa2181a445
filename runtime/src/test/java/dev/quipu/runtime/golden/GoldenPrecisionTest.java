package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.reference.Reference;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of bf16 factors against PyTorch's float64 values: loss, logits and every gradient. */
class GoldenPrecisionTest {
    private static final double TOLERANCE = 2e-2;

    /** What rounding must at least have changed, for the test to be one. */
    private static final double ROUNDING = 1e-5;

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void valuesStayNear(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Map<String, Array> expected = golden.values("case.safetensors");
        Compiler compiler = Compiler.verifying().in(Precision.BF16);
        Array tokens = expected.get("input_ids");
        Shape shape = tokens.type().shape();
        Graph logits = graph(
                compiler.logits(golden.model(), shape.size(0), shape.size(1)).scheduled());
        Map<String, Array> found = new LinkedHashMap<>();
        found.put(
                "logits",
                new Reference(golden.weights())
                        .run(logits, Map.of(Traced.TOKENS, tokens))
                        .get(Traced.LOGITS));
        found.putAll(step(golden, expected, compiler));
        found.forEach((name, value) -> {
            double distance = distance(expected.get(name), value);
            assertTrue(distance <= TOLERANCE, () -> name + ": the difference's norm is " + distance + " of the norm");
        });
        assertTrue(distance(expected.get("logits"), found.get("logits")) > ROUNDING, "nothing was rounded");
    }

    private static Map<String, Array> step(GoldenModel golden, Map<String, Array> expected, Compiler compiler) {
        Array tokens = expected.get("input_ids");
        Shape shape = tokens.type().shape();
        Graph gradient = graph(
                compiler.gradient(golden.model(), shape.size(0), shape.size(1)).scheduled());
        Map<String, Array> state = new HashMap<>(golden.weights());
        golden.weights()
                .forEach((name, weight) -> state.put(Differentiated.gradientOf(name), Array.zeros(weight.type())));
        Map<String, Array> inputs = Map.of(
                Traced.TOKENS, tokens,
                Traced.TARGETS, expected.get("targets"),
                Traced.SCALE, Array.of(new Type(DType.F32, Shape.scalar()), 1.0 / tokens.size()));
        Map<String, Array> found = new LinkedHashMap<>();
        found.put("loss", new Reference(state).run(gradient, inputs).get(Traced.LOSS));
        golden.names()
                .forEach((parameter, name) ->
                        found.put("grad." + name, state.get(Differentiated.gradientOf(parameter))));
        return found;
    }

    private static Graph graph(Scheduled scheduled) {
        return scheduled.graph();
    }

    private static double distance(Array expected, Array found) {
        return Array.of(expected.type(), i -> expected.get(i) - found.get(i)).norm() / expected.norm();
    }
}
