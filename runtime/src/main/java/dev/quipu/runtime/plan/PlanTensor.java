package dev.quipu.runtime.plan;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.checkpoint.CheckpointPlan;
import dev.quipu.compiler.checkpoint.Choice;
import dev.quipu.dsl.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A forward tensor that a plan keeps or rebuilds, and why.
 *
 * @param choice what was decided about
 * @param tensor the kept one, or its copy, in the planned graph
 * @param saved whether it is kept; else it is computed again
 * @param rules the forward ops whose backward rules need it; empty when none does
 * @param rebuilt the tensors that are computed from it again, where no rule needs it
 * @param seconds predicted time of rebuilding it when all else is as the plan has it
 */
public record PlanTensor(
        Choice choice, Tensor tensor, boolean saved, List<String> rules, List<String> rebuilt, double seconds) {
    public PlanTensor {
        rules = List.copyOf(rules);
        rebuilt = List.copyOf(rebuilt);
    }

    /** All tensors that a program's plan is about, in the order of the forward pass. */
    public static List<PlanTensor> of(Compiled gradient) {
        BackwardReaders readers = new BackwardReaders(gradient.choices().graph());
        CheckpointPlan plan = gradient.planned().plan();
        Map<Choice, CheckpointPlan.Saved> saved = new HashMap<>();
        plan.saved().forEach(kept -> saved.put(kept.choice(), kept));
        Map<Choice, CheckpointPlan.Rebuilt> rebuilt = new HashMap<>();
        plan.rebuilt().forEach(again -> rebuilt.put(again.choice(), again));
        Map<Tensor, Set<String>> purposes = purposes(plan);
        List<PlanTensor> tensors = new ArrayList<>();
        for (Choice choice : gradient.choices().all()) {
            List<String> rules = readers.rules(choice);
            List<String> serves =
                    rules.isEmpty() ? List.copyOf(purposes.getOrDefault(choice.tensor(), Set.of())) : List.of();
            CheckpointPlan.Saved kept = saved.get(choice);
            CheckpointPlan.Rebuilt again = rebuilt.get(choice);
            if (kept != null) {
                tensors.add(new PlanTensor(choice, kept.tensor(), true, rules, serves, kept.seconds()));
            } else if (again != null) {
                double seconds = again.rebuild().seconds();
                tensors.add(new PlanTensor(choice, again.tensor(), false, rules, serves, seconds));
            }
        }
        return tensors;
    }

    /** For each tensor what is rebuilt from it. */
    private static Map<Tensor, Set<String>> purposes(CheckpointPlan plan) {
        Map<Tensor, Set<String>> purposes = new HashMap<>();
        for (CheckpointPlan.Rebuilt again : plan.rebuilt()) {
            for (Tensor input : again.rebuild().inputs()) {
                purposes.computeIfAbsent(input, key -> new LinkedHashSet<>())
                        .add(again.choice().name());
            }
        }
        return purposes;
    }
}
