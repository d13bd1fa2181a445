package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What plans of LLaMA keep and cost. Nothing runs. */
class LlamaPlansTest {
    private static final int FLOAT = 4;
    private static final int BUDGETS = 40;
    private static final double SLACK = 1e-9;

    private static Model llama(int layers, int dim, int heads, int keyHeads, int hidden, int vocabulary) {
        return Llama.of(new LlamaConfig(
                dim, layers, heads, keyHeads, dim / heads, hidden, vocabulary, 2048, 1e-5, 1e4, false, 0));
    }

    private static long kept(PlanRequest plan, Model model, int batch, int sequence) {
        Compiled compiled = new Compiler(false).keeping(plan).gradient(model, batch, sequence);
        return compiled.planned().plan().bytes();
    }

    /**
     * Per layer, by hand, in units of batch x sequence x dim floats, with hidden = r dim and key heads = g heads.
     *
     * <p>saveAll: the two norms' outputs, rotated queries and keys (1 + g), values (g), attention's output, the stream between
     * the halves, gate, up and their product (3 r), and the layer's output. paper: queries, keys and values as their products
     * made them, attention's output, the stream, gate and up, and the layer's output. blocks: the layer's output.
     *
     * <p>Beside that, one float per row for each norm's statistic, and one per row and head for attention's.
     */
    @ParameterizedTest
    @CsvSource({
        "saveAll, 4, 4, 3,   17,   2, 1",
        "saveAll, 4, 4, 2.5, 15.5, 2, 1",
        "saveAll, 4, 2, 3,   16,   2, 1",
        "paper,   4, 4, 3,   12,   0, 1",
        "paper,   4, 4, 2.5, 11,   0, 1",
        "paper,   4, 1, 3,   10.5, 0, 1",
        "minCut,  4, 4, 3,   12,   0, 1",
        "blocks,  4, 4, 3,   1,    0, 0",
        "blocks,  4, 1, 2.5, 1,    0, 0"
    })
    void aLayerKeeps(String plan, int heads, int keyHeads, double r, double units, int norms, int attentions) {
        int batch = 3;
        int sequence = 40;
        int dim = 32;
        PlanRequest request = PlanRequest.NAMED.stream()
                .filter(named -> named.name().equals(plan))
                .findFirst()
                .orElseThrow();
        int hidden = (int) (r * dim);
        long two = kept(request, llama(2, dim, heads, keyHeads, hidden, 64), batch, sequence);
        long three = kept(request, llama(3, dim, heads, keyHeads, hidden, 64), batch, sequence);
        long statistics = (long) batch * sequence * (norms + heads * attentions) * FLOAT;
        assertEquals(Math.round(units * batch * sequence * dim * FLOAT) + statistics, three - two);
    }

    /** One plan of many. */
    private record Plan(long bytes, double seconds, long kept, long budget) {}

    /**
     * The shape of bench/medium at sequence 1024 and batch 4. With one tensor less of memory no plan can be as fast, by the bound;
     * and no plan that is as fast keeps fewer bytes by more than one tensor.
     */
    @Test
    void timeFallsAsTheBudgetGrowsAndStaysNearTheFront() {
        Choices choices = new Compiler(false)
                .gradient(llama(8, 512, 8, 8, 1376, 4096), 4, 1024)
                .choices();
        Fronts fronts = Fronts.of(choices, choice -> Decision.FREE);
        BudgetSearch search = BudgetSearch.of(choices, new Decisions(choices, PlanRequest.budget(1)));
        long least = search.leastBudget();
        long most = Peak.bytes(choices, choices.outcome(choice -> true));
        assertTrue(search.within(least - 1).isEmpty());
        assertTrue(least < most / 5, least + " of " + most);
        List<Plan> plans = new ArrayList<>();
        for (int i = 0; i <= BUDGETS; i++) {
            long budget = least + (most - least) * i / BUDGETS;
            Outcome outcome = search.within(budget).orElseThrow();
            Plan plan = new Plan(Peak.bytes(choices, outcome), outcome.seconds(), outcome.bytes(), budget);
            assertTrue(plan.bytes <= budget, plan::toString);
            assertTrue(LowerBound.within(choices, fronts, budget) <= plan.seconds + SLACK, plan::toString);
            assertTrue(i == 0 || plan.seconds < plans.getLast().seconds, () -> plan + " after " + plans.getLast());
            plans.add(plan);
        }
        assertEquals(0, plans.getLast().seconds);
        long tensor = largest(choices);
        for (Plan plan : plans) {
            // with hardly any memory the last block keeps what is of little use: it is gone when the others need theirs
            boolean scarce = plan.budget <= plans.getFirst().budget + 2 * tensor;
            long less = plan.budget - (scarce ? 2 : 1) * tensor;
            assertTrue(LowerBound.within(choices, fronts, less) >= plan.seconds - SLACK, plan::toString);
            assertTrue(scarce || plan.kept - fronts.whole().leastBytes(plan.seconds) <= tensor, plan::toString);
        }
    }

    /** The largest tensor of a layer. */
    private static long largest(Choices choices) {
        return choices.all().stream()
                .filter(choice -> !choice.element().isEmpty())
                .mapToLong(Choice::bytes)
                .max()
                .orElseThrow();
    }
}
