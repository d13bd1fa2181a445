package dev.quipu.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanStudy;
import dev.quipu.runtime.plan.PlanSummary;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlansTest {
    /** Each policy of one's own lies where its line of Java says. */
    @Test
    void policiesOfOnesOwnAreCompared() {
        PlanStudy study = Plans.study(ModelSource.of("llama-mini"));
        List<PlanSummary> plans = study.plans();
        assertEquals(
                List.of("saveAll", "paper", "rotated", "attention", "blocks"),
                plans.stream().map(PlanSummary::name).toList());
        assertEquals(plans.get(1).keptBytes(), plans.get(2).keptBytes());
        assertTrue(plans.get(2).rebuildSeconds() < plans.get(1).rebuildSeconds(), "nothing is rotated again");
        assertTrue(plans.get(3).keptBytes() > plans.get(4).keptBytes(), "attention keeps more than blocks");
        assertTrue(
                plans.get(3).plan().saved().stream()
                        .noneMatch(saved -> saved.choice().name().contains(".feedForward.")),
                "no feed-forward is kept");
    }
}
