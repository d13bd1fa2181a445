package dev.quipu.runtime.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.rewrite.Simplify;
import dev.quipu.dsl.Graph;
import dev.quipu.dsl.Site;
import dev.quipu.dsl.text.GraphText;
import dev.quipu.dsl.text.PlannedGraph;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The text of golden models under every plan: exact, the same in every compilation, and of copies that stay copies. */
class GoldenPlanTextTest {
    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyPlanReadsBackFromItsText(String folder) {
        GoldenModel golden = GoldenModel.open(folder);
        Compiled compiled = new Compiler(false).gradient(golden.model(), 2, 16);
        Compiled again = new Compiler(false).gradient(golden.model(), 2, 16);
        for (PlanRequest plan : plans(compiled)) {
            Compiler compiler = Compiler.verifying().keeping(plan);
            Compiled planned = compiler.replan(compiled);
            PlannedGraph scheduled = planned.scheduledText();
            assertEquals(scheduled, GraphText.parsePlanned(GraphText.print(scheduled)), plan.name());
            assertEquals(
                    planned.plannedText(), GraphText.parsePlanned(GraphText.print(planned.plannedText())), plan.name());
            assertEquals(
                    GraphText.print(scheduled),
                    GraphText.print(compiler.replan(again).scheduledText()));
            assertEquals(planned.planHash(), compiler.replan(again).planHash(), plan.name());
            Graph graph = planned.planned().graph();
            assertEquals(recomputed(graph), recomputed(Simplify.of(graph)), plan.name());
        }
    }

    /** Those that have names, and two budgets between what the leanest and the most generous of them take. */
    private static List<PlanRequest> plans(Compiled compiled) {
        long least = arena(compiled, PlanRequest.BLOCKS);
        long most = arena(compiled, PlanRequest.SAVE_ALL);
        List<PlanRequest> plans = new ArrayList<>(PlanRequest.NAMED);
        plans.add(PlanRequest.budget(least));
        plans.add(PlanRequest.budget((least + most) / 2));
        return plans;
    }

    private static long arena(Compiled compiled, PlanRequest plan) {
        return new Compiler(false)
                .keeping(plan)
                .replan(compiled)
                .scheduled()
                .memory()
                .bytes();
    }

    private static long recomputed(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.site().pass() == Site.Pass.RECOMPUTED)
                .count();
    }
}
