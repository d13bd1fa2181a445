package dev.quipu.runtime.model;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.TensorPlace;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.TensorSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Where an open file has the values of each of a model's parameters, as the model wants them. */
final class ParameterSources {
    private static final String REMEDY = "the weights belong to another model or the configuration does";

    private final Model model;
    private final ModelFile file;
    private final Optional<ModelFormat> format;
    private final Convention convention;
    private final Map<String, TensorPlace> places;

    private ParameterSources(Model model, ModelFile file) {
        this.model = model;
        this.file = file;
        this.format = ModelFormat.of(model);
        Convention best = Convention.HUGGING_FACE;
        Map<String, TensorPlace> named = places(best);
        for (Convention other : Convention.values()) {
            Map<String, TensorPlace> candidate = places(other);
            if (found(candidate) > found(named)) {
                best = other;
                named = candidate;
            }
        }
        this.convention = best;
        this.places = named;
    }

    /**
     * A source for each parameter, under the convention whose names the file has.
     *
     * @throws QuipuException naming the file and the tensor, where one is missing, too many, or of another shape or type
     */
    static Map<String, TensorSource> of(Model model, ModelFile file) {
        ParameterSources sources = new ParameterSources(model, file);
        Map<String, TensorSource> found = new LinkedHashMap<>();
        Trace.parameters(model)
                .forEach((parameter, declared) -> found.put(parameter, sources.source(parameter, declared)));
        sources.refuseOthers();
        return found;
    }

    /** A source for each parameter from tensors that lie as the file's do, such as an optimizer's moments. */
    static Map<String, TensorSource> of(Model model, ModelFile file, Map<String, StoredTensor> tensors) {
        ParameterSources sources = new ParameterSources(model, file);
        Map<String, TensorSource> found = new LinkedHashMap<>();
        Trace.parameters(model).forEach((parameter, declared) -> {
            TensorPlace place = sources.places.get(parameter);
            found.put(parameter, placed(tensors.get(place.name()), place));
        });
        return found;
    }

    private Map<String, TensorPlace> places(Convention of) {
        if (format.isPresent()) {
            return format.get().places(model, of);
        }
        return Trace.parameters(model).keySet().stream().collect(Collectors.toMap(path -> path, TensorPlace::of));
    }

    private long found(Map<String, TensorPlace> candidate) {
        return candidate.values().stream()
                .filter(place -> file.tensors().containsKey(place.name()))
                .count();
    }

    private TensorSource source(String parameter, Parameter declared) {
        TensorPlace place = places.get(parameter);
        StoredTensor stored = file.tensors().get(place.name());
        List<Long> sizes = sizes(declared.shape());
        String where = file.file() + ": tensor " + place.name()
                + (place.name().equals(parameter) ? "" : " (" + parameter + ")");
        if (stored == null) {
            throw QuipuException.of("shape " + sizes, "no such tensor", where, REMEDY);
        }
        if (!stored.shape().equals(sizes)) {
            throw QuipuException.of("shape " + sizes, "shape " + stored.shape(), where, REMEDY);
        }
        if (!stored.type().isReal()) {
            throw QuipuException.of("real numbers", stored.type() + " elements", where, REMEDY);
        }
        return placed(stored, place);
    }

    private static TensorSource placed(StoredTensor stored, TensorPlace place) {
        if (place.interleavedHeads() == 0) {
            return stored;
        }
        long rows = stored.shape().getFirst();
        return new RotaryPairs(stored, rows, stored.elements() / rows, place.interleavedHeads(), true);
    }

    private void refuseOthers() {
        Set<String> known = places.values().stream().map(TensorPlace::name).collect(Collectors.toSet());
        file.tensors().forEach((name, stored) -> {
            boolean spare = format.isPresent() && format.get().isSpare(model, convention, name);
            if (!known.contains(name) && !spare) {
                throw QuipuException.of(
                        "only the model's " + known.size() + " tensors",
                        "another of shape " + stored.shape(),
                        file.file() + ": tensor " + name,
                        REMEDY);
            }
        });
    }

    private static List<Long> sizes(Shape shape) {
        return shape.dims().stream().map(Dim::size).map(Integer::longValue).toList();
    }
}
