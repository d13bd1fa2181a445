package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.dsl.tuning.Adapters;
import org.junit.jupiter.api.Test;

class LayeredSearchTest {
    /** Small tensors do not pack tightly, so that limits and what plans for them take differ. */
    @Test
    void moreMemoryNeverGivesASlowerPlan() {
        Compiler compiler = Compiler.verifying();
        Compiled all = compiler.gradient(SmallModels.QWEN3.model(), 2, 13);
        long least = compiler.keeping(PlanRequest.BLOCKS)
                .replan(all)
                .scheduled()
                .memory()
                .bytes();
        long most = all.scheduled().memory().bytes();
        double before = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= 60; i++) {
            long budget = least + i * (most - least) / 60;
            Compiled planned = compiler.keeping(PlanRequest.budget(budget)).replan(all);
            double seconds = planned.planned().plan().seconds();
            double earlier = before;
            assertTrue(planned.scheduled().memory().bytes() <= budget);
            assertTrue(seconds <= earlier, () -> budget + " bytes take " + seconds + " s, fewer took " + earlier);
            before = seconds;
        }
    }

    /** Adapters make blocks with more choices than are tried one by one, and with peaks that add up to more than they take. */
    @Test
    void noBudgetIsSlowerThanAPolicyThatFits() {
        Compiler compiler = Compiler.verifying();
        Compiled all = compiler.gradient(Adapters.add(SmallModels.LLAMA.model(), Adapters.USUAL_TARGETS, 3, 6), 2, 5);
        for (PlanRequest policy : PlanRequest.NAMED) {
            Compiled named = compiler.keeping(policy).replan(all);
            long bytes = named.scheduled().memory().bytes();
            Compiled fast = compiler.keeping(PlanRequest.budget(bytes)).replan(all);
            double seconds = fast.planned().plan().seconds();
            assertTrue(
                    seconds <= named.planned().plan().seconds(),
                    () -> policy.name() + " takes " + bytes + " bytes and is faster than " + seconds + " s");
        }
    }
}
