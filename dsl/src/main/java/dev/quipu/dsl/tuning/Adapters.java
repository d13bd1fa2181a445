package dev.quipu.dsl.tuning;

import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Layers;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.catalog.NearestNames;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.Lora;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Models with {@link Lora} in the place of linear layers. Adding them freezes all that the model has, and the names of its
 * parameters stay as they are, so that its weights fit before and after.
 */
public final class Adapters {
    /** All linear layers but those of the model itself, its output: Dettmers et al. 2023, section 4, found that all matter. */
    public static final List<Glob> USUAL_TARGETS = List.of(new Glob("*.*"));

    private Adapters() {}

    /**
     * The model, frozen, with adapters in the place of the linear layers whose paths match a pattern, such as
     * {@code *.attention.wq}.
     *
     * @param rank of all adapters
     * @param alpha of all adapters; the correction is scaled by alpha over rank
     * @throws QuipuException if a pattern matches no linear layer, if one shares its weight, if a record declares its component
     *     as nothing but Linear, or if the model has adapters
     */
    public static <M extends Layer> M add(M model, List<Glob> targets, int rank, double alpha) {
        requireNone(model);
        Map<String, Linear> linear = Layers.all(model, Linear.class);
        Set<String> chosen = new HashSet<>();
        targets.forEach(target -> chosen.addAll(target.select(linear.keySet(), "linear layers to adapt")));
        Map<String, Lora> adapters = new LinkedHashMap<>();
        chosen.forEach(path -> adapters.put(path, Lora.of(linear.get(path), rank, alpha)));
        return put(model, adapters);
    }

    /**
     * The model, frozen, with these adapters at their paths. Of an adapter only its own parameters count; the linear layer's are
     * the model's.
     *
     * @throws QuipuException as {@link #add} does
     */
    public static <M extends Layer> M put(M model, Map<String, Lora> adapters) {
        requireNone(model);
        Map<String, Linear> linear = Layers.all(model, Linear.class);
        Map<Parameter, Integer> uses = Layers.uses(model);
        for (String path : adapters.keySet()) {
            if (!linear.containsKey(path)) {
                throw NearestNames.unknown("the path of a linear layer", path, linear.keySet());
            }
            refuseTied(path, uses.get(linear.get(path).weight()));
        }
        return Layers.replace(Freezing.all(model), (path, layer) -> {
            Lora adapter = adapters.get(path);
            return adapter != null && layer instanceof Linear(Parameter weight, Parameter bias)
                    ? new Lora(weight, bias, adapter.loraDown(), adapter.loraUp(), adapter.alpha())
                    : layer;
        });
    }

    private static void requireNone(Layer model) {
        if (!of(model).isEmpty()) {
            throw QuipuException.of(
                    "a model without adapters",
                    "adapters of "
                            + String.join(
                                    ", ", of(model).keySet().stream().limit(3).toList()) + ", ...",
                    "LoRA",
                    "merge them first, or train them on as they are");
        }
    }

    /** A correction of a weight that somebody else uses too could never be merged into it. */
    private static void refuseTied(String path, int uses) {
        if (uses > 1) {
            throw QuipuException.of(
                    "linear layers with weights of their own", "one that shares its weight", path, "leave it out");
        }
    }

    /** The adapters of a model by path. */
    public static Map<String, Lora> of(Layer model) {
        return Layers.all(model, Lora.class);
    }

    /** Whether a model has adapters. */
    public static boolean areIn(Layer model) {
        return !of(model).isEmpty();
    }

    /** The model with plain linear layers in the place of its adapters; its parameters stay frozen. */
    public static <M extends Layer> M remove(M model) {
        return Layers.replace(model, (path, layer) -> layer instanceof Lora lora ? lora.base() : layer);
    }
}
