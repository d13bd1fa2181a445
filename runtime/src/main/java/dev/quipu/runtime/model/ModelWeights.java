package dev.quipu.runtime.model;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model's parameters between weight files and {@link State}. */
public final class ModelWeights {
    private static final String REMEDY = "the weights belong to another model or the configuration does";

    private ModelWeights() {}

    /** For each parameter's path its tensor's name in weight files: the family's, or the path itself; PEFT's for adapters. */
    public static Map<String, String> tensorNames(Model model) {
        Model plain = Adapters.remove(model);
        if (plain != model) {
            Map<String, String> names = new LinkedHashMap<>(tensorNames(plain));
            names.putAll(AdapterNames.of(plain).tensors(Adapters.of(model).keySet()));
            return names;
        }
        Optional<ModelFormat> format = ModelFormat.of(model);
        if (format.isPresent()) {
            return format.get().tensorNames(model);
        }
        Map<String, String> names = new LinkedHashMap<>();
        Trace.parameters(model).keySet().forEach(path -> names.put(path, path));
        return names;
    }

    /**
     * Copies all parameters into the state, from a safetensors file, an index of several, or a folder that holds either. The
     * file is checked as a whole before anything is copied. Adapters come from their file in the same folder.
     *
     * @throws QuipuException naming the file and the tensor, where one is missing, too many, or of another shape or type
     */
    public static void load(Model model, Path path, State state) {
        Model plain = Adapters.remove(model);
        if (plain == model) {
            loadPlain(model, path, state);
            return;
        }
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        loadPlain(plain, AdapterFiles.isWeights(path) ? AdapterFiles.base(folder) : path, state);
        AdapterFiles.load(model, folder, state);
    }

    private static void loadPlain(Model model, Path path, State state) {
        Map<String, Parameter> parameters = Trace.parameters(model);
        Map<String, String> names = tensorNames(model);
        try (Weights weights = Weights.open(path)) {
            parameters.forEach(
                    (parameter, declared) -> check(weights, names.get(parameter), parameter, declared.shape()));
            refuseOthers(model, weights, Set.copyOf(names.values()));
            Map<String, Type> types = new LinkedHashMap<>();
            parameters.forEach((parameter, declared) -> types.put(parameter, new Type(DType.F32, declared.shape())));
            state.allocate(types);
            names.forEach((parameter, tensor) ->
                    weights.tensor(tensor).copyFloatsTo(state.get(parameter).segment()));
        }
    }

    private static void check(Weights weights, String name, String parameter, Shape shape) {
        StoredTensor stored = weights.tensors().get(name);
        String where = weights.path() + ": tensor " + name + (name.equals(parameter) ? "" : " (" + parameter + ")");
        if (stored == null) {
            throw QuipuException.of("shape " + sizes(shape), "no such tensor", where, REMEDY);
        }
        if (!stored.shape().equals(sizes(shape))) {
            throw QuipuException.of("shape " + sizes(shape), "shape " + stored.shape(), where, REMEDY);
        }
        if (!stored.type().isReal()) {
            throw QuipuException.of("real numbers", stored.type() + " elements", where, REMEDY);
        }
    }

    private static void refuseOthers(Model model, Weights weights, Set<String> known) {
        Optional<ModelFormat> format = ModelFormat.of(model);
        for (StoredTensor stored : weights.tensors().values()) {
            boolean spare = format.isPresent() && format.get().isSpare(model, Convention.HUGGING_FACE, stored.name());
            if (!known.contains(stored.name()) && !spare) {
                throw QuipuException.of(
                        "only the model's " + known.size() + " tensors",
                        "another of shape " + stored.shape(),
                        weights.path() + ": tensor " + stored.name(),
                        REMEDY);
            }
        }
    }

    /** All parameters as tensors to be written, over the state's own memory. */
    public static List<StoredTensor> stored(Model model, State state) {
        List<StoredTensor> tensors = new ArrayList<>();
        tensorNames(model).forEach((parameter, name) -> tensors.add(stored(parameter, name, state)));
        return tensors;
    }

    static StoredTensor stored(String parameter, String name, State state) {
        return StoredTensor.ofFloats(
                name,
                sizes(state.type(parameter).shape()),
                state.get(parameter).elements());
    }

    static List<Long> sizes(Shape shape) {
        return shape.dims().stream().map(Dim::size).map(Integer::longValue).toList();
    }
}
