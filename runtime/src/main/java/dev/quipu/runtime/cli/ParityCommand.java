package dev.quipu.runtime.cli;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.parity.Difference;
import dev.quipu.runtime.parity.Parity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "parity", description = "Compares logits, loss and every gradient with reference values.")
final class ParityCommand extends QuipuCommand {
    /** NaN first, then the largest. */
    private static final Comparator<Difference> WORST =
            Comparator.comparingDouble(Difference::relative).reversed();

    @Parameters(index = "0", paramLabel = "MODEL_DIR", description = "A model folder with weights.")
    private String model;

    @Option(
            names = "--case",
            paramLabel = "FILE",
            description = "The reference values; default: MODEL_DIR/case.safetensors.")
    private Path file;

    @Option(
            names = "--tolerance",
            paramLabel = "T",
            defaultValue = "1e-4",
            description = "The largest norm of a difference over the norm; default: 1e-4.")
    private double tolerance;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

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
        argument(() -> {
            if (!(tolerance > 0)) {
                throw QuipuException.of("a tolerance above 0", Double.toString(tolerance), "--tolerance", "");
            }
            return tolerance;
        });
        ModelSource source = argument(() -> ModelSource.withWeights(model));
        Path reference = file == null ? source.folder().orElseThrow().resolve("case.safetensors") : file;
        Compiler compiler = argument(() -> loss.applyTo(new Compiler(false).keeping(plan.request())));
        try (Device device = argument(devices::open);
                State state = source.loadWeights()) {
            Compiler precise = argument(() -> precision.applyTo(compiler, device));
            List<Difference> differences =
                    new ArrayList<>(new Parity(source.model(), state, device, precise).compare(reference));
            differences.sort(WORST);
            List<Difference> outside = differences.stream()
                    .filter(found -> !found.isWithin(tolerance))
                    .toList();
            print(differences, outside, device);
            return outside.isEmpty() ? SUCCESS : FAILURE;
        }
    }

    private void print(List<Difference> differences, List<Difference> outside, Device device) {
        Difference largest = differences.getFirst();
        if (json) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("device", device.name());
            values.put("precision", precision.precision().toString());
            values.put("tolerance", tolerance);
            values.put("tensors", differences.size());
            values.put("outside", outside.stream().map(Difference::name).toList());
            values.put("largest", largest.relative());
            values.put("largestTensor", largest.name());
            out().println(JsonMapper.shared().writeValueAsString(values));
            return;
        }
        outside.forEach(found -> out().println(number(found) + "  " + found.name()));
        out().println(String.format(
                Locale.ROOT,
                "%d of %d tensors within %.1e on %s; the largest difference is %s, of %s",
                differences.size() - outside.size(),
                differences.size(),
                tolerance,
                device.name(),
                number(largest),
                largest.name()));
    }

    private static String number(Difference difference) {
        return Double.isNaN(difference.relative())
                ? "not finite"
                : String.format(Locale.ROOT, "%.3e", difference.relative());
    }
}
