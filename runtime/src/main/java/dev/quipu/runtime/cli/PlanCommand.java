package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.MeasuredPlan;
import dev.quipu.runtime.plan.MeasurementTable;
import dev.quipu.runtime.plan.PlanChart;
import dev.quipu.runtime.plan.PlanJson;
import dev.quipu.runtime.plan.PlanMeasurement;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.plan.PlanStudy;
import dev.quipu.runtime.plan.PlanView;
import dev.quipu.runtime.training.Progress;
import dev.quipu.runtime.view.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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

    @Option(
            names = "--measure",
            paramLabel = "STEPS",
            description = "Also runs so many steps of each plan on the jvm device: times and memory as they are.")
    private Integer measuredSteps;

    @Option(names = "--json", description = "Prints one JSON object: see docs/plans.md.")
    private boolean json;

    @Mixin
    private LossOptions loss;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private BatchOptions batch;

    @Override
    public Integer call() throws IOException {
        if (file != null) {
            argument(() -> Picture.checked(file));
        }
        if (measuredSteps != null) {
            atLeast(1, "--measure", measuredSteps);
            argument(this::measurable);
        }
        ModelSource source = argument(() -> batch.withRoom(ModelSource.of(model), err()));
        int rows = argument(batch::batch);
        int sequence = argument(() -> batch.sequence(source.model()));
        String shape = ", batch " + rows + ", sequence " + sequence;
        PlanStudy study = argument(() -> study(source, rows, sequence));
        List<MeasuredPlan> measured = measuredSteps == null ? List.of() : measure(study, source);
        if (file != null) {
            PlanChart.write(file, study, source.name() + shape);
        }
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("model", source.name());
            values.put("batch", rows);
            values.put("sequence", sequence);
            values.putAll(PlanJson.values(study));
            if (measuredSteps != null) {
                values.put("measured", measured.stream().map(PlanJson::values).toList());
            }
            out().println(JsonMapper.shared().writeValueAsString(values));
        } else {
            String name = plan.isGiven() ? ", plan " + PlanNames.describe(plan.request()) : "";
            out().print(source.name() + name + shape + "\n\n" + PlanView.text(study) + text(measured));
            out().flush();
        }
        return SUCCESS;
    }

    private List<MeasuredPlan> measure(PlanStudy study, ModelSource source) {
        PlanMeasurement measurement = new PlanMeasurement(study, source.model(), JvmDevice::new);
        try (Progress progress = Progress.start("plan", "runs", measurement.runs(measuredSteps))) {
            return measurement.run(measuredSteps, done -> progress.update(done, () -> ""));
        }
    }

    private Precision measurable() {
        try (JvmDevice device = new JvmDevice(1)) {
            device.require(precision.precision());
            return precision.precision();
        }
    }

    private String text(List<MeasuredPlan> measured) {
        return measured.isEmpty()
                ? ""
                : "\nmeasured on the jvm device with " + JvmDevice.defaultWorkers() + " workers, median of "
                        + measuredSteps + " in turns:\n" + MeasurementTable.of(measured);
    }

    private PlanStudy study(ModelSource source, int rows, int sequence) {
        Compiler compiler = precision.applyTo(loss.applyTo(new Compiler(false)));
        return plan.isGiven()
                ? PlanStudy.of(compiler, source.model(), rows, sequence, plan.request())
                : PlanStudy.of(compiler, source.model(), rows, sequence);
    }
}
