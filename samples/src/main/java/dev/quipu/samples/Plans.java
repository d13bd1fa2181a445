package dev.quipu.samples;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.Decision;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.compiler.checkpoint.Policy;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanStudy;
import dev.quipu.runtime.plan.PlanView;
import java.util.List;

/**
 * Compares policies of one's own with those that have names: what each keeps for the backward pass, and what that costs. Its
 * argument is a model; without one it takes a small LLaMA. Nothing of the model is allocated. {@link Train} says how samples run.
 */
public final class Plans {
    private static final int BATCH = 4;
    private static final int SEQUENCE = 256;

    /** As the paper, but queries and keys are kept behind RoPE and not before it: as many bytes, and nothing to rotate again. */
    static final PlanRequest ROTATED = PlanRequest.of(
            "rotated", Policy.PAPER.with(Decision.SAVE, choice -> choice.name().contains(".rope")));

    /** Rebuilds the feed-forward, which is most of a block's memory, and keeps the attention. */
    static final PlanRequest ATTENTION = PlanRequest.of(
            "attention",
            Policy.BLOCKS.with(Decision.SAVE, choice -> choice.name().contains(".attention.")));

    private Plans() {}

    /** Prints the comparison. */
    public static void main(String[] arguments) {
        ModelSource source = ModelSource.of(arguments.length == 0 ? "llama-mini" : arguments[0]);
        System.out.print(PlanView.text(study(source)));
    }

    static PlanStudy study(ModelSource source) {
        return PlanStudy.of(
                new Compiler(false),
                source.model(),
                BATCH,
                SEQUENCE,
                List.of(PlanRequest.PAPER, ROTATED, ATTENTION, PlanRequest.BLOCKS));
    }
}
