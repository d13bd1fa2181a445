package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanChart;
import dev.quipu.runtime.plan.PlanJson;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.plan.PlanStudy;
import dev.quipu.runtime.plan.PlanView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "plan", description = "Shows what a training step keeps in memory for its backward pass.")
final class PlanCommand extends QuipuCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Mixin
    private PlanOptions plan;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also draws an .svg or .png file: memory over the step, and bytes kept against time.")
    private Path file;

    @Option(names = "--json", description = "Prints one JSON object: see docs/plans.md.")
    private boolean json;

    @Mixin
    private LossOptions loss;

    @Mixin
    private BatchOptions batch;

    @Override
    public Integer call() throws IOException {
        if (file != null) {
            argument(() -> PlanChart.ending(file));
        }
        ModelSource source = argument(() -> batch.withRoom(ModelSource.of(model), err()));
        int rows = argument(batch::batch);
        int sequence = argument(() -> batch.sequence(source.model()));
        PlanStudy study = argument(() -> study(source, rows, sequence));
        if (file != null) {
            PlanChart.write(file, study, source.name() + ", batch " + rows + ", sequence " + sequence);
        }
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("model", source.name());
            values.put("batch", rows);
            values.put("sequence", sequence);
            values.putAll(PlanJson.values(study));
            out().println(JsonMapper.shared().writeValueAsString(values));
        } else {
            out().print(heading(source, rows, sequence) + PlanView.text(study));
            out().flush();
        }
        return SUCCESS;
    }

    private PlanStudy study(ModelSource source, int rows, int sequence) {
        Compiler compiler = loss.applyTo(new Compiler(false));
        return plan.isGiven()
                ? PlanStudy.of(compiler, source.model(), rows, sequence, plan.request())
                : PlanStudy.of(compiler, source.model(), rows, sequence);
    }

    private String heading(ModelSource source, int rows, int sequence) {
        return source.name() + (plan.isGiven() ? ", plan " + PlanNames.describe(plan.request()) : "") + ", batch "
                + rows + ", sequence " + sequence + "\n\n";
    }
}
