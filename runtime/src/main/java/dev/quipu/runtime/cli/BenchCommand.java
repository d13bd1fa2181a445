package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.Precision;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.bench.DecodeBenchmark;
import dev.quipu.runtime.bench.Roofline;
import dev.quipu.runtime.bench.StepBenchmark;
import dev.quipu.runtime.bench.StepProfile;
import dev.quipu.runtime.device.CeilingMeter;
import dev.quipu.runtime.device.Ceilings;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.plan.PlanNames;
import dev.quipu.runtime.start.StartUp;
import dev.quipu.runtime.training.Progress;
import dev.quipu.runtime.view.LaunchView;
import dev.quipu.runtime.view.Quantity;
import dev.quipu.runtime.view.RooflineView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "bench",
        description = "Times training steps on random tokens, or how texts are continued, on random weights.")
final class BenchCommand extends QuipuCommand {
    private static final int KERNELS = 10;
    private static final int USUAL_STEPS = 20;
    private static final int USUAL_WARM_UP = 10;
    private static final int USUAL_TOKENS = 100;
    private static final int USUAL_WARM_UP_TOKENS = 300;

    /** Between so many measured tokens the memory is measured once more. */
    private static final int MEASURED_TOKENS = 10;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A preset, a class, a .java file or a model folder.")
    private String model;

    @Option(
            names = "--decode",
            description = {
                "Times how texts are continued, token by token: --batch N (default: 1) at a time, behind prompts of"
                        + " --seq N tokens (default: 128, or half the context where that is less).",
                "Shows the bytes of weights of a step, and their share of what the memory can be read at."
            })
    private boolean decode;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps to measure; default: 20, with --decode 100 tokens.")
    private Integer steps;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Steps before that, not measured; default: 10, with --decode 300 tokens.")
    private Integer warmUp;

    @Option(
            names = "--profile",
            description = {
                "Also shows the ten kernels furthest from what the machine could do.",
                "On other devices than jvm: the time of each kind of launch, and the ten slowest kernels."
            })
    private boolean profile;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = {
                "Writes when each launch of a step ran, and each part on each worker, as JSON for Perfetto"
                        + " (https://ui.perfetto.dev).",
                "Of one more step, which is not measured; on the jvm device."
            })
    private Path trace;

    @Option(names = "--json", description = "Prints one JSON object, with all of the tables.")
    private boolean json;

    @Option(
            names = "--verbose",
            description = "Also says, on standard error, where the time before the first step went.")
    private boolean verbose;

    @Mixin
    private VariantOptions variants;

    @Mixin
    private BatchOptions batch;

    @Mixin
    private PlanOptions plan;

    @Mixin
    private LossOptions loss;

    @Mixin
    private PrecisionOptions precision;

    @Mixin
    private WeightOptions weights;

    @Mixin
    private DeviceOptions devices;

    @Override
    public Integer call() {
        StartUp.PROCESS.commandBegins();
        steps = atLeast(1, "--steps", steps != null ? steps : decode ? USUAL_TOKENS : USUAL_STEPS);
        warmUp = atLeast(0, "--warmup", warmUp != null ? warmUp : decode ? USUAL_WARM_UP_TOKENS : USUAL_WARM_UP);
        return decode ? decoding() : training();
    }

    private int decoding() {
        requireNothingOfTraining();
        ModelSource source = argument(() -> batch.withRoom(variants.applyTo(ModelSource.of(model)), err()));
        int rows = argument(() -> batch.batchOr(1));
        int prompt = argument(() -> batch.prompt(source.model()));
        Compiler compiler = argument(() -> weights.compiler(precision));
        try (Device device = argument(devices::open)) {
            WeightOptions.check(this, compiler, device);
            Optional<CeilingMeter> meter = device.ceilings(Precision.F32);
            try (DecodeBenchmark benchmark =
                            argument(() -> new DecodeBenchmark(source.model(), device, compiler, rows, prompt));
                    Progress progress = Progress.start("bench", "tokens", (long) warmUp + steps)) {
                DecodeBench shown = new DecodeBench(
                        source.name(),
                        device.name(),
                        weights.storage(),
                        precision.precision(),
                        benchmark.run(warmUp, steps, done -> {
                            progress.update(done, () -> done <= warmUp ? "warming up" : "");
                            if (done > warmUp && (done - warmUp) % MEASURED_TOKENS == 0) {
                                meter.ifPresent(CeilingMeter::measureMemory);
                            }
                        }),
                        meter.map(CeilingMeter::ceilings));
                out().println(json ? JsonMapper.shared().writeValueAsString(shown.values()) : shown.text());
            }
        }
        return SUCCESS;
    }

    /** Refuses what is of training steps alone. */
    private void requireNothingOfTraining() {
        String given = trace != null
                ? "--trace"
                : profile
                        ? "--profile"
                        : plan.isGiven()
                                ? "--plan"
                                : variants.varies() ? "--vary" : loss.isGiven() ? "--loss-chunk" : "";
        if (!given.isEmpty()) {
            argument(() -> {
                throw QuipuException.of("--decode or " + given, "both", "bench", "it belongs to training steps");
            });
        }
    }

    private int training() {
        requireFolderOfTrace();
        if (argument(weights::storage) != WeightStorage.F32) {
            argument(() -> {
                throw QuipuException.of(
                        "f32", weights.storage().toString(), "--weights", "training steps have no other; see --decode");
            });
        }
        ModelSource named = argument(() -> variants.applyTo(ModelSource.of(model)));
        if (variants.varies()) {
            return compare(named);
        }
        ModelSource source = argument(() -> batch.withRoom(named, err()));
        int rows = argument(batch::batch);
        int sequence = argument(() -> batch.sequence(source.model()));
        Compiler compiler = argument(() -> loss.applyTo(new Compiler(false).keeping(plan.request())));
        try (Device device = argument(devices::open)) {
            Compiler precise = argument(() -> precision.applyTo(compiler, device));
            // before there is a model: its memory is measured without half a gigabyte of the meter's
            Optional<CeilingMeter> meter =
                    StartUp.PROCESS.measure(StartUp.Part.CEILINGS, () -> device.ceilings(precision.precision()));
            try (StepBenchmark benchmark =
                    argument(() -> new StepBenchmark(source.model(), device, precise, rows, sequence))) {
                requireTrace(benchmark, device);
                if (verbose) {
                    err().println(StartUp.PROCESS.text());
                    err().flush();
                }
                StepBenchmark.Result result = measure(benchmark, meter);
                Optional<StepProfile> times = result.profile().or(() -> profiled(benchmark, result));
                show(source, device, result, times, meter.map(CeilingMeter::ceilings));
                if (trace != null) {
                    benchmark.trace().write(trace);
                }
            }
        }
        return SUCCESS;
    }

    /** Measures each variant in a process of its own. */
    private int compare(ModelSource named) {
        List<Map<String, String>> rows = argument(() -> variants.rows(named));
        List<String> call = argument(() -> variants.callWithoutRows(arguments()));
        BenchVariants measured = BenchVariants.measure(call, rows);
        out().print(json ? measured.json() + "\n" : named.name() + "\n\n" + measured.text());
        out().flush();
        return SUCCESS;
    }

    /** Refuses before long work what could not be written after it. */
    private void requireFolderOfTrace() {
        if (trace != null && !Files.isDirectory(trace.toAbsolutePath().getParent())) {
            argument(() -> {
                throw QuipuException.of("a file in a folder that exists", trace.toString(), "--trace", "");
            });
        }
    }

    /** Refuses before long work what the device cannot do. */
    private void requireTrace(StepBenchmark benchmark, Device device) {
        if (trace != null && !benchmark.canTrace()) {
            argument(() -> {
                throw QuipuException.of(
                        "the jvm device", device.name(), "--trace", "no other tells what its workers do");
            });
        }
    }

    private Optional<StepProfile> profiled(StepBenchmark benchmark, StepBenchmark.Result result) {
        return profile ? Optional.of(benchmark.profile(result.stepMillis())) : Optional.empty();
    }

    private void show(
            ModelSource source,
            Device device,
            StepBenchmark.Result result,
            Optional<StepProfile> times,
            Optional<Ceilings> ceilings) {
        if (json) {
            Map<String, Object> values = values(source, device, result);
            times.ifPresent(known -> values.putAll(BenchJson.values(known, ceilings, KERNELS)));
            out().println(JsonMapper.shared().writeValueAsString(values));
            return;
        }
        print(source, device, result);
        times.ifPresent(known -> out().print("\n" + tables(known, ceilings)));
        out().flush();
    }

    private String tables(StepProfile times, Optional<Ceilings> ceilings) {
        if (ceilings.isEmpty()) {
            return LaunchView.text(times);
        }
        Roofline roofline = new Roofline(times, ceilings.get());
        return RooflineView.kinds(roofline) + (profile ? "\n" + RooflineView.furthest(roofline, KERNELS) : "");
    }

    private StepBenchmark.Result measure(StepBenchmark benchmark, Optional<CeilingMeter> meter) {
        try (Progress progress = Progress.start("bench", "steps", (long) warmUp + steps)) {
            return benchmark.run(warmUp, steps, done -> {
                progress.update(done, () -> done <= warmUp ? "warming up" : "");
                if (done > warmUp) {
                    meter.ifPresent(CeilingMeter::measureArithmetic);
                }
            });
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
        result.residentBytes().ifPresent(bytes -> values.put("residentBytes", bytes));
        values.put("start", result.start());
        values.put("allocatedBytesPerStep", result.allocatedBytes());
        values.put("collections", result.collections());
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
                        + " %s/s, peak %s%s, heap: %s a step, %d collections",
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
                Quantity.bytes(result.peakBytes()),
                result.residentBytes().isPresent()
                        ? " of " + Quantity.bytes(result.residentBytes().getAsLong()) + " resident"
                        : "",
                Quantity.bytes(result.allocatedBytes()),
                result.collections()));
    }
}
