package dev.quipu.runtime.model;

import dev.quipu.dsl.Layers;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.layer.Linear;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What PEFT calls the tensors of adapters.
 *
 * @param modules names of the linear layers in the model's own weight file, such as
 *     {@code model.layers.0.self_attn.q_proj}, by their paths
 */
record AdapterNames(Map<String, String> modules) {
    private static final String PREFIX = "base_model.model.";
    private static final String DOWN = ".lora_A.weight";
    private static final String UP = ".lora_B.weight";
    private static final String WEIGHT = ".weight";

    AdapterNames {
        modules = Collections.unmodifiableMap(new LinkedHashMap<>(modules));
    }

    /** The names for a model without adapters. */
    static AdapterNames of(Model plain) {
        Map<String, String> tensors = ModelWeights.tensorNames(plain);
        Map<String, String> modules = new LinkedHashMap<>();
        for (String path : Layers.all(plain, Linear.class).keySet()) {
            String tensor = tensors.get(path + WEIGHT); // none where the weight has another layer's name
            if (tensor != null && tensor.endsWith(WEIGHT)) {
                modules.put(path, without(WEIGHT, tensor));
            }
        }
        return new AdapterNames(modules);
    }

    private static String without(String ending, String name) {
        return name.substring(0, name.length() - ending.length());
    }

    /** The tensor of an adapter's {@code loraDown}. */
    String down(String path) {
        return PREFIX + modules.get(path) + DOWN;
    }

    /** The tensor of an adapter's {@code loraUp}. */
    String up(String path) {
        return PREFIX + modules.get(path) + UP;
    }

    /** Tensors by parameter, for adapters at these paths. */
    Map<String, String> tensors(Set<String> paths) {
        Map<String, String> tensors = new LinkedHashMap<>();
        for (String path : paths) {
            tensors.put(path + ".loraDown", down(path));
            tensors.put(path + ".loraUp", up(path));
        }
        return tensors;
    }

    /** The path of the layer that a tensor adapts, if there is such a layer. */
    Optional<String> path(String tensor) {
        return modules.keySet().stream()
                .filter(path -> tensor.equals(down(path)) || tensor.equals(up(path)))
                .findFirst();
    }

    /** Adapted modules as PEFT lists them: the last part of their names where that is enough, whole names elsewhere. */
    List<String> targets(Set<String> paths) {
        Set<String> targets = new TreeSet<>();
        for (String path : paths) {
            String module = modules.get(path);
            String last = module.substring(module.lastIndexOf('.') + 1);
            boolean everywhere = modules.entrySet().stream()
                    .filter(entry ->
                            entry.getValue().equals(last) || entry.getValue().endsWith("." + last))
                    .allMatch(entry -> paths.contains(entry.getKey()));
            targets.add(everywhere ? last : module);
        }
        return new ArrayList<>(targets);
    }
}
