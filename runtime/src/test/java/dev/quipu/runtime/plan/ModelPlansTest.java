package dev.quipu.runtime.plan;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.fixtures.Filled;
import dev.quipu.compiler.fixtures.Plans;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.compiler.program.Documents;
import dev.quipu.compiler.schedule.Scheduled;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.dsl.tuning.Freezing;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every family, and models that are trained in part, under every plan: the bits of the plan that keeps all. */
class ModelPlansTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 13;

    enum Case {
        GROUPED_TIED(SmallModels.GROUPED::model, Documents.JOINED),
        QWEN2(SmallModels.QWEN2::model, Documents.JOINED),
        QWEN3(SmallModels.QWEN3::model, Documents.JOINED),
        SEPARATE(SmallModels.LLAMA::model, Documents.SEPARATE),
        SEPARATE_WINDOW(SmallModels.WINDOW::model, Documents.SEPARATE),
        ADAPTED(() -> Adapters.add(SmallModels.QWEN2.model(), Adapters.USUAL_TARGETS, 3, 6), Documents.JOINED),
        PARTLY_FROZEN(
                () -> Freezing.matching(
                        SmallModels.LLAMA.model(),
                        List.of(new Glob("embedding.*"), new Glob("layers.0.*"), new Glob("layers.1.attention.wk.*"))),
                Documents.JOINED),
        FUSED(FusedModel::new, Documents.JOINED);

        private final Supplier<Model> model;
        private final Documents documents;

        Case(Supplier<Model> model, Documents documents) {
            this.model = model;
            this.documents = documents;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPlanGivesTheSameBits(Case tried) {
        Compiled compiled = Compiler.verifying().gradient(tried.model.get(), BATCH, LENGTH, tried.documents);
        Function<PlanRequest, Scheduled> program =
                plan -> Compiler.verifying().keeping(plan).replan(compiled).scheduled();
        List<PlanRequest> plans = List.of(
                PlanRequest.PAPER,
                PlanRequest.BLOCKS,
                Plans.random(tried.name().hashCode()),
                Plans.random(50 + tried.name().hashCode()));
        Filled filled = Filled.of(compiled.differentiated(), SmallModels.VOCABULARY, 7)
                .zero("gradient.")
                .withEach(Traced.STARTS, place -> place % LENGTH < 4 ? 0 : place % LENGTH < 5 ? 4 : 5);
        try (PlannedRuns runs = new PlannedRuns()) {
            runs.check(program, filled, plans);
        }
    }
}
