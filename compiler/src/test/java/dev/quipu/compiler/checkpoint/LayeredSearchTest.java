package dev.quipu.compiler.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.fixtures.SmallModels;
import dev.quipu.dsl.tuning.Adapters;
import org.junit.jupiter.api.Test;

class LayeredSearchTest {
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
