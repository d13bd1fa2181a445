package dev.quipu.runtime.plan;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.Choices;
import dev.quipu.compiler.checkpoint.Front;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Planner;
import dev.quipu.dsl.Model;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Plans of one training step beside each other.
 *
 * @param plans the first saves everything
 * @param chosen the one that was asked for, also among the plans
 * @param front what less memory costs at least
 */
public record PlanStudy(List<PlanSummary> plans, Optional<PlanSummary> chosen, Front front) {
    public PlanStudy {
        plans = List.copyOf(plans);
    }

    /** The plans that have names. */
    public static PlanStudy of(Compiler compiler, Model model, int batch, int sequence) {
        return of(compiler, model, batch, sequence, PlanRequest.NAMED);
    }

    /**
     * Plans of one's own, behind the one that saves everything.
     *
     * @throws dev.quipu.dsl.QuipuException if one of them is not possible for the model
     */
    public static PlanStudy of(Compiler compiler, Model model, int batch, int sequence, List<PlanRequest> requests) {
        return of(compiler, model, batch, sequence, requests, Optional.empty());
    }

    /**
     * The plans that have names, and one that was asked for.
     *
     * @throws dev.quipu.dsl.QuipuException if it is not possible for the model
     */
    public static PlanStudy of(Compiler compiler, Model model, int batch, int sequence, PlanRequest chosen) {
        List<PlanRequest> requests = new ArrayList<>(PlanRequest.NAMED);
        requests.add(chosen);
        return of(compiler, model, batch, sequence, requests, Optional.of(chosen));
    }

    private static PlanStudy of(
            Compiler compiler,
            Model model,
            int batch,
            int sequence,
            List<PlanRequest> others,
            Optional<PlanRequest> chosen) {
        Compiled all = compiler.keeping(PlanRequest.SAVE_ALL).gradient(model, batch, sequence);
        List<PlanSummary> plans = new ArrayList<>(List.of(new PlanSummary(PlanRequest.SAVE_ALL, all)));
        Set<PlanRequest> requests = new LinkedHashSet<>(others);
        requests.remove(PlanRequest.SAVE_ALL);
        requests.forEach(request ->
                plans.add(new PlanSummary(request, compiler.keeping(request).replan(all))));
        Choices choices = all.choices();
        return new PlanStudy(
                plans,
                plans.stream()
                        .filter(plan -> Optional.of(plan.request()).equals(chosen))
                        .findFirst(),
                Planner.front(choices.graph(), choices.clusters()));
    }

    /** The plan that keeps everything. */
    public PlanSummary saveAll() {
        return plans.getFirst();
    }
}
