package dev.quipu.runtime.cli;

import dev.quipu.runtime.probe.Comparison;
import dev.quipu.runtime.probe.NotFinite;
import dev.quipu.runtime.probe.Probe;
import dev.quipu.runtime.probe.ProbedTensor;
import dev.quipu.runtime.probe.Statistics;
import dev.quipu.runtime.probe.TensorDifference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What {@code probe} finds, for programs. Numbers that are not finite are strings, which JSON has no other way to say. */
final class ProbeJson {
    private ProbeJson() {}

    static Map<String, Object> tensors(
            Probe probe,
            List<ProbedTensor> tensors,
            Optional<ValueRange> range,
            ProbeDeviceOptions devices,
            int[] tokens) {
        Map<String, Object> root = run(devices, tokens);
        root.put(
                "tensors", tensors.stream().map(tensor -> tensor(tensor, range)).toList());
        root.put(
                "firstNotFinite",
                probe.firstNotFinite().map(ProbeJson::notFinite).orElse(null));
        return root;
    }

    private static Map<String, Object> run(ProbeDeviceOptions devices, int[] tokens) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("device", devices.name());
        root.put("precision", devices.precision().toString());
        root.put("tokens", tokens);
        return root;
    }

    /** How far a device's tensors are from another's, which are the left ones. */
    static Map<String, Object> devices(Probe found, Comparison comparison, ProbeDeviceOptions devices, int[] tokens) {
        Map<String, Object> root = run(devices, tokens);
        root.put("against", devices.other());
        root.put("tolerance", devices.tolerance());
        root.put(
                "tensors",
                comparison.tensors().stream().map(ProbeJson::difference).toList());
        root.put(
                "firstBeyond",
                comparison
                        .firstBeyond(devices.tolerance())
                        .map(difference -> place(found.tensor(difference.name())))
                        .orElse(null));
        return root;
    }

    private static Map<String, Object> tensor(ProbedTensor tensor, Optional<ValueRange> range) {
        Statistics values = tensor.statistics();
        Map<String, Object> entry = place(tensor);
        entry.put("shape", values.type().shape().sizes());
        entry.put("least", values.least());
        entry.put("greatest", values.greatest());
        entry.put("mean", values.mean());
        entry.put("deviation", values.deviation());
        entry.put("norm", values.norm());
        entry.put("notFinite", values.notFinite());
        range.map(asked -> asked.within(tensor.value().size())).ifPresent(part -> {
            entry.put("from", part.from());
            entry.put("values", Arrays.copyOfRange(tensor.value().values(), part.from(), part.to()));
        });
        return entry;
    }

    private static Map<String, Object> place(ProbedTensor tensor) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", tensor.name());
        entry.put("op", tensor.op());
        entry.put("layer", tensor.site().layer());
        entry.put("line", tensor.line());
        entry.put("pass", tensor.site().pass().name().toLowerCase(Locale.ROOT));
        return entry;
    }

    private static Map<String, Object> notFinite(ProbedTensor tensor) {
        NotFinite first = tensor.firstNotFinite().orElseThrow();
        Map<String, Object> entry = place(tensor);
        entry.put("index", first.index());
        entry.put("value", first.value());
        return entry;
    }

    static Map<String, Object> comparison(Comparison comparison) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("equal", comparison.isEqual());
        root.put(
                "tensors",
                comparison.tensors().stream().map(ProbeJson::difference).toList());
        root.put(
                "reshaped",
                comparison.reshaped().stream()
                        .map(tensor -> Map.of(
                                "name", tensor.name(),
                                "left", tensor.left().shape().sizes(),
                                "right", tensor.right().shape().sizes()))
                        .toList());
        root.put("onlyLeft", comparison.onlyLeft());
        root.put("onlyRight", comparison.onlyRight());
        return root;
    }

    private static Map<String, Object> difference(TensorDifference difference) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", difference.name());
        entry.put("shape", difference.type().shape().sizes());
        entry.put("different", difference.different());
        entry.put("largest", difference.largest());
        entry.put("index", difference.index());
        entry.put("left", difference.left());
        entry.put("right", difference.right());
        entry.put("relative", difference.relative());
        entry.put("normRatio", difference.normRatio());
        return entry;
    }
}
