package dev.quipu.runtime.model;

import dev.quipu.compiler.program.AdamW;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.TensorSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW's moments of a run that was stopped, from a checkpoint of Quipu's or of another program.
 *
 * @param step how many steps made them
 * @param tensors by {@link AdamW#firstMoment} and {@link AdamW#secondMoment} of every trained parameter; those of
 *     frozen ones are left alone
 */
public record Moments(long step, Map<String, ? extends TensorSource> tensors) {
    public Moments {
        tensors = Map.copyOf(tensors);
        if (step < 0) {
            throw QuipuException.of("a step of 0 or more", Long.toString(step), "moments", "");
        }
    }

    /** Types of the moments of a model's trained parameters, by name. */
    public static Map<String, Type> types(Model model) {
        Map<String, Type> types = new LinkedHashMap<>();
        Trace.parameters(model).forEach((name, parameter) -> {
            if (parameter.trainable()) {
                types.put(AdamW.firstMoment(name), type(parameter));
                types.put(AdamW.secondMoment(name), type(parameter));
            }
        });
        return types;
    }

    private static Type type(Parameter parameter) {
        return new Type(DType.F32, parameter.shape());
    }

    /** The moments in a state, as tensors to be written, over its own memory. */
    public static List<StoredTensor> stored(Model model, State state) {
        List<StoredTensor> stored = new ArrayList<>();
        types(model)
                .forEach((name, type) -> stored.add(StoredTensor.ofFloats(
                        name, ModelWeights.sizes(type.shape()), state.read(name).elements())));
        return stored;
    }

    /**
     * Copies all moments into a state.
     *
     * @throws QuipuException naming the tensor, where one is missing, or of another shape than its parameter
     */
    public void copyTo(Model model, State state) {
        Map<String, Type> types = types(model);
        types.forEach((name, type) -> {
            TensorSource source = tensors.get(name);
            if (source == null) {
                throw QuipuException.of(
                        "a tensor " + name, tensors.size() + " others", "moments", "they belong to another model");
            }
            if (source instanceof StoredTensor stored) {
                stored.expectShape(ModelWeights.sizes(type.shape()));
            }
        });
        state.allocate(types);
        types.forEach((name, type) -> tensors.get(name)
                .copyFloatsTo(0, type.shape().elements(), state.get(name).segment()));
    }
}
