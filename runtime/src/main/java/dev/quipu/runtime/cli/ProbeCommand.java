package dev.quipu.runtime.cli;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.generation.TextBeginning;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.probe.Comparison;
import dev.quipu.runtime.probe.Probe;
import dev.quipu.runtime.probe.ProbedPass;
import dev.quipu.runtime.probe.ProbedTensor;
import dev.quipu.runtime.probe.RunState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "probe",
        description =
                "Shows what named tensors of a pass hold, in double precision or on a device, and how two models or two"
                        + " devices differ.")
final class ProbeCommand extends QuipuCommand {
    private static final int USUAL_TOKENS = 16;
    private static final int SHOWN_NAMES = 8;
    private static final String FORWARD = "forward";
    private static final String GRADIENT = "gradient";

    @Parameters(
            index = "0",
            paramLabel = "MODEL_DIR",
            description = "A model folder with weights, a run's folder, or a weight file.")
    private String model;

    @Option(
            names = "--tensor",
            defaultValue = "*",
            paramLabel = "GLOB",
            description =
                    "Names of tensors, * for any letters: 'layers.0.*', '*.wq.weight', '*.gradient'; default: all.")
    private String glob;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "The text; default: 16 ids spread over the vocabulary.")
    private String prompt;

    @Option(
            names = "--pass",
            paramLabel = "PASS",
            description = "forward (default), or gradient: backward as well, from the mean loss on the text.")
    private String pass;

    @Option(
            names = "--values",
            paramLabel = "N|FROM:TO",
            description = "Shows the first N values of each tensor, or others, in row-major order.")
    private String values;

    @Option(
            names = "--compare",
            paramLabel = "OTHER",
            description = "Another one: shows where weights differ, and moments if both have them;"
                    + " with --prompt or --pass also the tensors of a pass.")
    private String other;

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Mixin
    private ProbeDeviceOptions devices;

    @Override
    public Integer call() {
        argument(this::check);
        ModelSource source = argument(() -> ModelSource.withWeights(model));
        if (other != null) {
            compare(source, argument(() -> ModelSource.withWeights(other)));
            return SUCCESS;
        }
        int[] tokens = argument(() -> tokens(source, source.model()));
        ProbedPass traced = pass(source.model(), tokens);
        argument(() -> requireMatch(traced.names()));
        if (devices.isAgainst()) {
            return compareDevices(source, traced, tokens);
        }
        show(source, traced, tokens);
        return SUCCESS;
    }

    private Glob check() {
        if (pass != null && !Set.of(FORWARD, GRADIENT).contains(pass)) {
            throw NearestNames.unknown("a pass", pass, List.of(FORWARD, GRADIENT));
        }
        if (values != null && (other != null || devices.isAgainst())) {
            String option = other == null ? "--against" : "--compare";
            throw QuipuException.of("one model to show values of", option, "--values", "leave one out");
        }
        devices.check(other == null || computes(), other != null);
        range();
        return new Glob(glob);
    }

    /** Whether two models' passes are compared, and not their weights alone. */
    private boolean computes() {
        return prompt != null || pass != null;
    }

    private Optional<ValueRange> range() {
        return Optional.ofNullable(values).map(ValueRange::parse);
    }

    private void show(ModelSource source, ProbedPass traced, int[] tokens) {
        try (Device device = argument(devices::open);
                State state = source.loadWeights()) {
            Probe probe = probe(traced, device, state);
            List<ProbedTensor> matching = argument(() -> matching(probe));
            if (json) {
                print(ProbeJson.tensors(probe, matching, range(), devices, tokens));
                return;
            }
            boolean isWhole = probe.tensors().size() == traced.names().size();
            out().print(ProbeTables.tensors(matching, range()));
            out().print(ProbeTables.firstNotFinite(probe, isWhole));
            out().flush();
        }
    }

    private int compareDevices(ModelSource source, ProbedPass traced, int[] tokens) {
        try (Device device = argument(devices::open);
                Device other = argument(devices::openOther);
                State state = source.loadWeights();
                State others = source.loadWeights()) {
            Probe found = probe(traced, device, state);
            List<ProbedTensor> matching = argument(() -> matching(found));
            Set<String> names = matching.stream().map(ProbedTensor::name).collect(Collectors.toSet());
            Comparison comparison = probe(traced, other, others).compare(found).select(names::contains);
            if (json) {
                print(ProbeJson.devices(found, comparison, devices, tokens));
            } else {
                out().print(ProbeTables.devices(found, comparison, devices));
                out().flush();
            }
            return comparison.firstBeyond(devices.tolerance()).isEmpty() ? SUCCESS : FAILURE;
        }
    }

    private void compare(ModelSource left, ModelSource right) {
        boolean moments = RunState.hasMoments(left) && RunState.hasMoments(right);
        try (State one = moments ? RunState.withMoments(left) : left.loadWeights();
                State two = moments ? RunState.withMoments(right) : right.loadWeights()) {
            Map<String, Comparison> all = new LinkedHashMap<>();
            all.put("weights", Comparison.of(one, two));
            if (computes()) {
                int[] tokens = argument(() -> tokens(left, right.model()));
                try (Device device = argument(devices::open)) {
                    Probe first = probe(pass(left.model(), tokens), device, one);
                    all.put("pass", first.compare(probe(pass(right.model(), tokens), device, two)));
                }
            }
            Map<String, Comparison> found = argument(() -> matching(all));
            if (json) {
                Map<String, Object> root = new LinkedHashMap<>();
                root.put("left", left.name());
                root.put("right", right.name());
                found.forEach((what, comparison) -> root.put(what, ProbeJson.comparison(comparison)));
                print(root);
                return;
            }
            found.forEach((what, comparison) -> out().print(ProbeTables.comparison(what, comparison)));
            out().flush();
        }
    }

    private void print(Map<String, Object> root) {
        out().println(JsonMapper.shared().writeValueAsString(root));
    }

    private ProbedPass pass(Model declared, int[] tokens) {
        return GRADIENT.equals(pass) ? ProbedPass.gradient(declared, tokens) : ProbedPass.forward(declared, tokens);
    }

    private Probe probe(ProbedPass traced, Device device, State state) {
        return traced.on(device, devices.precision(), state, new Glob(glob)::matches);
    }

    /** The prompt's tokens, which must suit both models where two are compared. */
    private int[] tokens(ModelSource source, Model second) {
        int context = Math.min(source.model().contextLength(), second.contextLength());
        int vocabulary = Math.min(source.model().vocabularySize(), second.vocabularySize());
        if (prompt == null) {
            int count = Math.min(USUAL_TOKENS, context);
            return IntStream.range(0, count)
                    .map(i -> (int) ((long) i * vocabulary / count))
                    .toArray();
        }
        int[] tokens = TextBeginning.encode(source.tokenizer(), prompt);
        int least = GRADIENT.equals(pass) ? 2 : 1;
        if (tokens.length < least || tokens.length > context) {
            throw QuipuException.of(
                    least + " to " + context + " tokens, the model's context", tokens.length + " tokens", "prompt", "");
        }
        int greatest = IntStream.of(tokens).max().orElseThrow();
        if (greatest >= vocabulary) {
            throw QuipuException.of("ids below " + vocabulary, "id " + greatest, "prompt", "");
        }
        return tokens;
    }

    private List<String> requireMatch(List<String> names) {
        if (names.stream().noneMatch(new Glob(glob)::matches)) {
            throw unknown(names);
        }
        return names;
    }

    private List<ProbedTensor> matching(Probe probe) {
        List<ProbedTensor> matching = probe.tensors().stream()
                .filter(tensor -> new Glob(glob).matches(tensor.name()))
                .toList();
        if (matching.isEmpty()) {
            throw QuipuException.of(
                    "tensors outside of custom ops",
                    glob,
                    "--tensor",
                    "inside of them, where kernels differ from the model's lines, only --device reference shows any");
        }
        return matching;
    }

    /** The comparisons' matching tensors; those without any are left out. */
    private Map<String, Comparison> matching(Map<String, Comparison> found) {
        Map<String, Comparison> matching = new LinkedHashMap<>();
        found.forEach((what, comparison) -> {
            Comparison selected = comparison.select(new Glob(glob)::matches);
            if (!selected.names().isEmpty()) {
                matching.put(what, selected);
            }
        });
        if (matching.isEmpty()) {
            throw unknown(found.values().stream()
                    .flatMap(comparison -> comparison.names().stream())
                    .toList());
        }
        return matching;
    }

    private QuipuException unknown(List<String> names) {
        if (!NearestNames.of(glob, names).isEmpty()) {
            return NearestNames.unknown("names of tensors", glob, names);
        }
        String some = names.stream().skip(1).limit(SHOWN_NAMES).collect(Collectors.joining(", "));
        return QuipuException.of("names of tensors", glob, "--tensor", "some are " + some + "; '*' shows all");
    }
}
