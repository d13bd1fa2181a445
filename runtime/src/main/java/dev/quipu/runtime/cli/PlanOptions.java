package dev.quipu.runtime.cli;

import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.runtime.plan.PlanNames;
import java.util.List;
import picocli.CommandLine.Option;

/** What a training step keeps in memory for its backward pass. */
final class PlanOptions {
    @Option(
            names = "--plan",
            paramLabel = "PLAN",
            description = {
                "What a step keeps for its backward pass; the rest is computed again, with bitwise the same results.",
                "saveAll (default): everything that backward rules need;",
                "paper: outputs of linear layers and of attention, as in section 2.4 of the LLaMA paper;",
                "minCut: repeats no product and no attention, and otherwise keeps the fewest bytes;",
                "blocks: the blocks' inputs alone;",
                "budget=SIZE (such as 2.5GiB): the fastest plan whose step needs no more for activations and workspace."
            })
    private String plan;

    @Option(
            names = "--save",
            paramLabel = "GLOB",
            description =
                    "Tensors to keep whatever the plan says, such as 'layers.*.attention.attention'; may be repeated.")
    private List<String> saved;

    @Option(
            names = "--recompute",
            paramLabel = "GLOB",
            description = "Tensors to compute again whatever the plan says; may be repeated.")
    private List<String> recomputed;

    /** Whether there is anything on the command line. */
    boolean isGiven() {
        return plan != null || saved != null || recomputed != null;
    }

    /** What is asked for; saves everything when nothing is. */
    PlanRequest request() {
        return request(PlanRequest.SAVE_ALL);
    }

    /**
     * What is asked for.
     *
     * @param usual when no plan is named
     */
    PlanRequest request(PlanRequest usual) {
        return PlanNames.with(plan == null ? usual : PlanNames.parse(plan), globs(saved), globs(recomputed));
    }

    private static List<Glob> globs(List<String> texts) {
        return texts == null ? List.of() : texts.stream().map(Glob::new).toList();
    }
}
