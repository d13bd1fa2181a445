package dev.quipu.runtime.model;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model's parameters between weight files and {@link State}. */
public final class ModelWeights {
    private ModelWeights() {}

    /** For each parameter's path its tensor's name in weight files: the family's, or the path itself; PEFT's for adapters. */
    public static Map<String, String> tensorNames(Model model) {
        Model plain = Adapters.remove(model);
        if (Adapters.areIn(model)) {
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
     * Copies all parameters into the state, from a weight file of any format, an index of several, or a folder that holds
     * either. The file is checked as a whole before anything is copied. Adapters come from their file in the same folder.
     *
     * @throws QuipuException naming the file and the tensor, where one is missing, too many, or of another shape or type
     */
    public static void load(Model model, Path path, State state) {
        load(model, path, state, Map.of());
    }

    /**
     * As {@link #load(Model, Path, State)}, rounding what is stored in fewer bits; the f32 of one tensor at a time is in memory.
     *
     * @param stored types of the parameters that are not f32; see {@link dev.quipu.compiler.Compiler#storedWeights}
     */
    public static void load(Model model, Path path, State state, Map<String, Type> stored) {
        Model plain = Adapters.remove(model);
        state.allocateParameters(Trace.parameters(model), stored);
        if (!Adapters.areIn(model)) {
            loadPlain(model, path, state);
            return;
        }
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        loadPlain(plain, AdapterFiles.modelWeights(path), state);
        AdapterFiles.load(model, folder, state);
    }

    private static void loadPlain(Model model, Path path, State state) {
        try (ModelFile file = ModelFile.open(path)) {
            Map<String, TensorSource> sources = ParameterSources.of(model, file);
            sources.forEach((parameter, source) -> {
                long elements = state.type(parameter).shape().elements();
                state.fill(parameter, floats -> source.copyFloatsTo(0, elements, floats));
            });
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
                state.read(parameter).elements());
    }

    static List<Long> sizes(Shape shape) {
        return shape.dims().stream().map(Dim::size).map(Integer::longValue).toList();
    }
}
