package dev.quipu.runtime.plan;

import dev.quipu.compiler.cluster.Cluster;
import dev.quipu.compiler.cluster.Costs;
import dev.quipu.compiler.memory.MemoryPlan;
import dev.quipu.dsl.Node;
import dev.quipu.dsl.Tensor;
import dev.quipu.dsl.text.TensorNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A study as values for JSON. All times are predicted seconds, all sizes bytes. */
public final class PlanJson {
    private PlanJson() {}

    /** The declared rates, all plans, the front, and the chosen plan (or the one that saves everything) tensor by tensor. */
    public static Map<String, Object> values(PlanStudy study) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("flopsPerSecond", Costs.FLOPS_PER_SECOND);
        values.put("bytesPerSecond", Costs.BYTES_PER_SECOND);
        values.put("secondsPerLaunch", Costs.SECONDS_PER_LAUNCH);
        values.put("plans", study.plans().stream().map(PlanJson::summary).toList());
        values.put(
                "front",
                study.front().points().stream()
                        .map(point -> Map.of("keptBytes", point.bytes(), "rebuildSeconds", point.seconds()))
                        .toList());
        PlanSummary shown = study.chosen().orElse(study.saveAll());
        values.put("shown", shown.name());
        List<PlanTensor> tensors = PlanTensor.of(shown.gradient());
        values.put("tensors", tensors.stream().map(PlanJson::tensor).toList());
        values.put("timeline", timeline(shown, tensors));
        values.put("launches", launches(shown));
        return values;
    }

    private static Map<String, Object> summary(PlanSummary plan) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("plan", plan.name());
        values.put("keptBytes", plan.keptBytes());
        values.put("keptTensors", plan.plan().saved().size());
        values.put("rebuiltTensors", plan.plan().rebuilt().size());
        values.put("rebuildSeconds", plan.rebuildSeconds());
        values.put("leastRebuildSeconds", plan.leastRebuildSeconds());
        values.put("stepSeconds", plan.stepSeconds());
        values.put("peakBytes", plan.peakBytes());
        values.put("leastPeakBytes", plan.memory().lowerBound());
        values.put("peakLaunch", plan.memory().peakLaunch());
        values.put("packing", lower(plan.memory().packing()));
        return values;
    }

    /** What was measured, plan by plan. */
    public static Map<String, Object> values(MeasuredPlan measured) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("plan", measured.plan().name());
        values.put("stepSeconds", measured.stepSeconds());
        values.put("fastestStepSeconds", measured.fastestSeconds());
        values.put("slowestStepSeconds", measured.slowestSeconds());
        values.put("nativeBytes", measured.nativeBytes());
        measured.residentBytes().ifPresent(bytes -> values.put("residentBytes", bytes));
        return values;
    }

    private static Map<String, Object> tensor(PlanTensor tensor) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", tensor.choice().name());
        values.put("type", tensor.choice().tensor().type().toString());
        values.put("bytes", tensor.choice().bytes());
        values.put("saved", tensor.saved());
        values.put("neededBy", tensor.rules());
        values.put("rebuiltFromIt", tensor.rebuilt());
        values.put("rebuildSeconds", tensor.seconds());
        return values;
    }

    private static List<Map<String, Object>> timeline(PlanSummary plan, List<PlanTensor> planned) {
        Map<Tensor, String> names = names(plan);
        Set<Tensor> saved = new HashSet<>();
        Set<Tensor> rebuilt = new HashSet<>();
        planned.forEach(tensor -> (tensor.saved() ? saved : rebuilt).add(tensor.tensor()));
        List<Map<String, Object>> timeline = new ArrayList<>();
        plan.memory().slots().forEach((tensor, slot) -> {
            String kind = saved.contains(tensor) ? "saved" : rebuilt.contains(tensor) ? "recomputed" : "passing";
            timeline.add(slot(names.get(tensor), kind, tensor, slot));
        });
        return timeline;
    }

    private static Map<String, Object> slot(String name, String kind, Tensor tensor, MemoryPlan.Slot slot) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", name);
        values.put("kind", kind);
        values.put("bytes", tensor.type().bytes());
        values.put("birth", slot.birth());
        values.put("lastUse", slot.death());
        values.put("offset", slot.offset());
        values.put("slotBytes", slot.bytes());
        return values;
    }

    private static Map<Tensor, String> names(PlanSummary plan) {
        TensorNames free = new TensorNames();
        Map<Tensor, String> names = new HashMap<>();
        for (Node node : plan.gradient().scheduled().graph().nodes()) {
            for (int i = 0; i < node.types().size(); i++) {
                names.put(node.output(i), free.of(node, i));
            }
        }
        return names;
    }

    private static List<Map<String, Object>> launches(PlanSummary plan) {
        List<Cluster> clusters = plan.gradient().scheduled().clusters();
        long[] live = plan.memory().live(clusters.size());
        List<Map<String, Object>> launches = new ArrayList<>();
        for (int i = 0; i < live.length; i++) {
            Cluster cluster = clusters.get(i);
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("pass", lower(cluster.head().site().pass()));
            values.put("layer", cluster.head().site().layer());
            values.put(
                    "ops",
                    cluster.nodes().stream().map(node -> node.op().mnemonic()).toList());
            values.put("seconds", cluster.seconds());
            values.put("liveBytes", live[i]);
            launches.add(values);
        }
        return launches;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
