package dev.quipu.dsl.catalog;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How a family of models lies in files: what {@code config.json} says in a folder of Hugging Face's layout, what weights are
 * called and how they lie in files of each {@link Convention}. Formats are found through {@link ServiceLoader}, as {@link ModelCatalog}s are.
 */
public interface ModelFormat {
    /** The value of {@code model_type} in the configuration. */
    String modelType();

    /**
     * Declares the model that a configuration describes.
     *
     * @param config {@code config.json} as parsed: strings, numbers, booleans, lists, maps and nulls
     * @throws QuipuException naming the key, for one that is missing, wrong, or asks for what the family does not support
     */
    Model read(Map<String, Object> config);

    /**
     * The configuration from which {@link #read} declares the model again, keys in order; empty when the model is not of this
     * family. What belongs to the weight file (its number type) or to the tokenizer is the caller's to add.
     */
    Optional<Map<String, Object>> write(Model model);

    /**
     * For each of the model's parameters, by its path in the model, where it lies in weight files; empty when the convention
     * has no names for the family.
     */
    Map<String, TensorPlace> places(Model model, Convention convention);

    /** Whether a weight file may hold a tensor of that name beside the parameters, one that the others give. */
    boolean isSpare(Model model, Convention convention, String tensorName);

    /**
     * The configuration, as {@link #read} takes it, of a file that describes its model itself; empty when that is not of this
     * family.
     *
     * @throws QuipuException naming what is missing, wrong or not supported
     */
    Optional<Map<String, Object>> config(Convention convention, DescribedWeights weights);

    /**
     * What a file of a convention that describes its model says about one of this family, keys in order; empty when the
     * convention has no words for it.
     */
    Optional<Map<String, Object>> metadata(Convention convention, Model model);

    /** Tensors beside the parameters that readers of a convention expect, by name. */
    Map<String, float[]> tables(Convention convention, Model model);

    /** For each of the model's parameters, by its path in the model, the tensor's name in Hugging Face's weight files. */
    default Map<String, String> tensorNames(Model model) {
        Map<String, String> names = new LinkedHashMap<>();
        places(model, Convention.HUGGING_FACE).forEach((path, place) -> names.put(path, place.name()));
        return names;
    }

    /** The formats on the class path. */
    static List<ModelFormat> all() {
        return ServiceLoader.load(ModelFormat.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * The format of a model type.
     *
     * @throws QuipuException when there is none
     */
    static ModelFormat named(String modelType) {
        List<ModelFormat> all = all();
        return all.stream()
                .filter(format -> format.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> NearestNames.unknown(
                        "a supported model_type",
                        modelType,
                        all.stream().map(ModelFormat::modelType).toList()));
    }

    /** The format of a model's family, if it has one. */
    static Optional<ModelFormat> of(Model model) {
        return all().stream().filter(format -> format.write(model).isPresent()).findFirst();
    }
}
