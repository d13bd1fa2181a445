package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Orders by name are obeyed or refused. */
class OrdersTest {
    private static final Choices CHOICES =
            new Compiler(false).gradient(SmallModels.LLAMA.model(), 2, 13).choices();

    private static PlanRequest request(String plan, String save, String recompute) {
        PlanRequest request = plan.startsWith("budget")
                ? PlanRequest.budget(1 << 20)
                : PlanRequest.NAMED.stream()
                        .filter(named -> named.name().equals(plan))
                        .findFirst()
                        .orElseThrow();
        PlanRequest saving = save == null ? request : request.save(new Glob(save));
        return recompute == null ? saving : saving.recompute(new Glob(recompute));
    }

    private static Set<String> saved(CheckpointPlan plan) {
        return plan.saved().stream().map(saved -> saved.choice().name()).collect(Collectors.toSet());
    }

    private static Set<String> rebuilt(CheckpointPlan plan) {
        return plan.rebuilt().stream().map(rebuilt -> rebuilt.choice().name()).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource({
        "saveAll, , layers.1.feedForward.pointwise, layers.1.feedForward.pointwise",
        "saveAll, , layers.0.attention.w?.matMul, layers.0.attention.wv.matMul",
        "budget, , layers.0.attention.attention, layers.0.attention.attention",
        "minCut, , layers.1.feedForward.gate.matMul, layers.1.feedForward.gate.matMul",
        "paper, layers.0.attentionNorm.rmsNorm, , layers.0.attentionNorm.rmsNorm",
        "blocks, layers.1.feedForward.up.matMul, , layers.1.feedForward.up.matMul",
        "blocks, layers.*.w?.matMul, , layers.1.attention.wv.matMul"
    })
    void anOrderIsObeyed(String plan, String save, String recompute, String name) {
        CheckpointPlan planned =
                Planner.plan(CHOICES, request(plan, save, recompute)).plan();
        assertEquals(save != null, saved(planned).contains(name), planned::toString);
        assertEquals(recompute != null, rebuilt(planned).contains(name), planned::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "saveAll | layers.0.atention.wv.matMul | - | expected a tensor that a kernel of the forward pass"
                        + " stores, found 'layers.0.atention.wv.matMul'; did you mean layers.*.attention.wv.matMul or"
                        + " layers.*.attention.wq.matMul or layers.*.attention.wk.matMul?",
                "blocks | - | layers.0.pointwise.2 | recompute layers.0.pointwise.2: expected tensors inside of"
                        + " blocks, found layers.0.pointwise.2, which is what layers.1 begins with; rebuilding it would"
                        + " hold more than one block's working set",
                "saveAll | - | layers.1.* | recompute layers.1.*: expected tensors inside of blocks, "
                        + "found layers.1.pointwise.2, which is what norm begins with; "
                        + "rebuilding it would hold more than one block's working set",
                "paper | - | crossEntropy | recompute crossEntropy: expected a tensor that the backward pass needs, "
                        + "found crossEntropy, which is read by concat, on the way to the loss: "
                        + "no backward rule needs it, and nothing is rebuilt from it",
                "saveAll | layers.0.attention.wq.matMul | - | save layers.0.attention.wq.matMul with plan saveAll:"
                    + " expected a tensor that the backward pass needs, found layers.0.attention.wq.matMul, which is"
                    + " needed only to rebuild layers.0.attention.rope; order to recompute that, or leave this order"
                    + " out",
                "saveAll | layers.*.rmsNorm | *.attentionNorm.rmsNorm | layers.0.attentionNorm.rmsNorm: expected one"
                        + " order, found save layers.*.rmsNorm and recompute *.attentionNorm.rmsNorm"
            })
    void anOrderIsRefused(String plan, String save, String recompute, String message) {
        QuipuException refused =
                assertThrows(QuipuException.class, () -> Planner.plan(CHOICES, request(plan, save, recompute)));
        assertEquals(message, refused.getMessage());
    }

    @Test
    void aBudgetMayBeTooSmallForWhatIsOrdered() {
        long least = leastBudget(request("budget", null, null));
        PlanRequest saving = PlanRequest.budget(least).save(new Glob("layers.*"));
        QuipuException refused = assertThrows(QuipuException.class, () -> Planner.plan(CHOICES, saving));
        assertTrue(refused.getMessage().contains("expected a budget of at least"), refused.getMessage());
    }

    private static long leastBudget(PlanRequest request) {
        return BudgetSearch.of(CHOICES, new Decisions(CHOICES, request)).leastBudget();
    }
}
