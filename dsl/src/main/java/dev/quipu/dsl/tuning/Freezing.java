package dev.quipu.dsl.tuning;

import dev.quipu.dsl.Layer;
import dev.quipu.dsl.Layers;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Glob;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Models with frozen parameters: training computes no gradients of them, keeps no moments, and does not change them. */
public final class Freezing {
    private Freezing() {}

    /**
     * The model with all parameters frozen whose names match a pattern. Names are those of {@link Trace#parameters}; a tied
     * parameter has one name, and is frozen wherever it is used.
     *
     * @throws QuipuException with the nearest names if a pattern matches nothing, or if nothing is left to train
     */
    public static <M extends Layer> M matching(M model, Collection<Glob> patterns) {
        Map<String, Parameter> parameters = Trace.parameters(model);
        Set<String> frozen = new HashSet<>();
        patterns.forEach(pattern -> frozen.addAll(pattern.select(parameters.keySet(), "parameters to freeze")));
        boolean trains = parameters.entrySet().stream()
                .anyMatch(entry -> entry.getValue().trainable() && !frozen.contains(entry.getKey()));
        if (!trains) {
            throw QuipuException.of(
                    "something left to train",
                    "all " + parameters.size() + " parameters frozen",
                    "frozen parameters",
                    "");
        }
        return Layers.replaceParameters(
                model, (name, parameter) -> frozen.contains(name) ? parameter.frozen() : parameter);
    }

    /** The model with all parameters frozen. */
    static <M extends Layer> M all(M model) {
        return Layers.replaceParameters(model, (name, parameter) -> parameter.frozen());
    }
}
