package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.runtime.bench.StepBenchmark;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.training.Progress;
import dev.quipu.runtime.view.LaunchView;
import dev.quipu.runtime.view.Quantity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "bench", description = "Times training steps on random tokens.")
final class BenchCommand extends QuipuCommand {

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", description = "Steps to measure; default: 20.")
    private int steps;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "10",
            description = "Steps before that, not measured; default: 10.")
    private int warmUp;

    @Option(names = "--profile", description = "Also shows the time of each kind of launch.")
    private boolean profile;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private BatchOptions batch;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private LossOptions loss;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        atLeast(1, "--steps", steps);
        atLeast(0, "--warmup", warmUp);
        ModelSource source = argument(() -> batch.withRoom(ModelSource.of(model), err()));
        int rows = argument(batch::batch);
        int sequence = argument(() -> batch.sequence(source.model()));
        Compiler compiler = argument(() -> loss.applyTo(new Compiler(false).keeping(plan.request())));
        try (Device device = argument(devices::open);
                StepBenchmark benchmark = argument(() -> new StepBenchmark(
                        source.model(), device, precision.applyTo(compiler, device), rows, sequence))) {
            StepBenchmark.Result result = measure(benchmark);
            if (json) {
                out().println(JsonMapper.shared().writeValueAsString(values(source, device, result)));
                return SUCCESS;
            }
            print(source, device, result);
            if (profile) {
                out().print(LaunchView.text(benchmark.profile()));
                out().flush();
            }
            return SUCCESS;
        }
    }

    private StepBenchmark.Result measure(StepBenchmark benchmark) {
        try (Progress progress = Progress.start("bench", "steps", (long) warmUp + steps)) {
            return benchmark.run(
                    warmUp, steps, done -> progress.update(done, () -> done <= warmUp ? "warming up" : ""));
        }
    }

    private Map<String, Object> values(ModelSource source, Device device, StepBenchmark.Result result) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("model", source.name());
        values.put("device", device.name());
        values.put("precision", precisionName());
        values.put("plan", PlanNames.describe(plan.request()));
        values.put("batch", result.batch());
        values.put("sequence", result.sequence());
        values.put("steps", result.steps());
        values.put("tokensPerSecond", result.tokensPerSecond());
        values.put("stepMillis", result.stepMillis());
        values.put("fastestStepMillis", result.fastestMillis());
        values.put("slowestStepMillis", result.slowestMillis());
        values.put("flopsPerSecond", result.flopsPerSecond());
        values.put("peakBytes", result.peakBytes());
        return values;
    }

    /** Others call f32 fp32. */
    private String precisionName() {
        return precision.precision() == Precision.F32
                ? "fp32"
                : precision.precision().toString();
    }

    private void print(ModelSource source, Device device, StepBenchmark.Result result) {
        out().println(String.format(
                Locale.ROOT,
                "%s on %s, %s%s, batch %d, sequence %d: %.0f tokens/s, %.1f ms a step (median of %d; %.1f to %.1f),"
                        + " %s/s, peak %s",
                source.name(),
                device.name(),
                precisionName(),
                plan.isGiven() ? ", plan " + PlanNames.describe(plan.request()) : "",
                result.batch(),
                result.sequence(),
                result.tokensPerSecond(),
                result.stepMillis(),
                result.steps(),
                result.fastestMillis(),
                result.slowestMillis(),
                Quantity.flops(result.flopsPerSecond()),
                Quantity.bytes(result.peakBytes())));
    }
}
