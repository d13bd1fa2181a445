package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.autodiff.Differentiated;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.reference.Array;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.onednn.RoundedProducts;
import dev.quipu.runtime.plan.PlannedRuns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden models under every plan: the loss and all gradients have the bits of the plan that keeps all. */
class GoldenPlansTest {
    private static final int RANDOM = 4;
    private static final int BUDGETS = 10;

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyPlanGivesTheSameBits(String folder) {
        check(folder, Compiler.verifying());
    }

    @ParameterizedTest
    @ValueSource(strings = "llama-tiny")
    void everyPlanRoundsTheSameNumbers(String folder) {
        RoundedProducts.assumeHere();
        check(folder, Compiler.verifying().in(Precision.BF16));
    }

    private static void check(String folder, Compiler compiler) {
        GoldenModel golden = GoldenModel.open(folder);
        Map<String, Array> given = golden.values("case.safetensors");
        Shape shape = given.get("input_ids").type().shape();
        Compiled compiled = compiler.gradient(golden.model(), shape.size(0), shape.size(1));
        Function<PlanRequest, Scheduled> program =
                plan -> compiler.keeping(plan).replan(compiled).scheduled();
        List<PlanRequest> plans = new ArrayList<>(Plans.of(RANDOM, folder.hashCode()));
        plans.addAll(PlannedRuns.budgets(BUDGETS, program, folder.hashCode()));
        assertEquals(PlanRequest.NAMED.size() + 1 + RANDOM + BUDGETS, plans.size());
        try (PlannedRuns runs = new PlannedRuns()) {
            runs.check(program, filled(golden, given), plans);
        }
    }

    private static Filled filled(GoldenModel golden, Map<String, Array> given) {
        Array tokens = given.get("input_ids");
        Map<String, Array> state = new HashMap<>(golden.weights());
        golden.weights()
                .forEach((name, weight) -> state.put(Differentiated.gradientOf(name), Array.zeros(weight.type())));
        return new Filled(
                Map.of(
                        Traced.TOKENS, tokens,
                        Traced.TARGETS, given.get("targets"),
                        Traced.SCALE, Array.of(new Type(DType.F32, Shape.scalar()), 1.0 / tokens.size())),
                state);
    }
}
