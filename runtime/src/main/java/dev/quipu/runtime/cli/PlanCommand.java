package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiled;
import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.view.PlanView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "plan", description = "Shows what a training step keeps in memory for its backward pass.")
final class PlanCommand extends QuipuCommand {
    private static final String SAVE_ALL = "saveAll";

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(
            names = "--plan",
            paramLabel = "PLAN",
            defaultValue = SAVE_ALL,
            description = "saveAll (default): keeps everything that backward rules need.")
    private String plan;

    @Mixin
    private BatchOptions batch;

    @Override
    public Integer call() {
        argument(() -> supported(plan));
        ModelSource source = argument(() -> ModelSource.of(model));
        Compiled gradient = argument(
                () -> new Compiler(false).gradient(source.model(), batch.batch(), batch.sequence(source.model())));
        out().print(source.name() + ", plan " + plan + ", batch " + batch.batch() + ", sequence "
                + batch.sequence(source.model()) + "\n" + PlanView.text(gradient));
        out().flush();
        return SUCCESS;
    }

    private static String supported(String plan) {
        if (plan.equals("paper") || plan.equals("blocks") || plan.startsWith("budget=")) {
            throw QuipuException.of(SAVE_ALL, plan, "--plan", "this version has no other plan yet");
        }
        if (!plan.equals(SAVE_ALL)) {
            throw NearestNames.unknown("a plan", plan, List.of(SAVE_ALL));
        }
        return plan;
    }
}
