package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.checkpoint.PlanRequest;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.view.PlanView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "plan", description = "Shows what a training step keeps in memory for its backward pass.")
final class PlanCommand extends QuipuCommand {
    private static final String SAVE_ALL = "saveAll";

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private LossOptions loss;

    @Mixin
    private BatchOptions batch;

    @Override
    public Integer call() {
        ModelSource source = argument(() -> ModelSource.of(model));
        PlanRequest request = argument(plan::request);
        Compiled gradient = argument(() -> loss.applyTo(new Compiler(false).keeping(request))
                .gradient(source.model(), batch.batch(), batch.sequence(source.model())));
        out().print(source.name() + ", plan " + PlanNames.describe(request) + ", batch " + batch.batch() + ", sequence "
                + batch.sequence(source.model()) + "\n" + PlanView.text(gradient));
        out().flush();
        return SUCCESS;
    }
}
