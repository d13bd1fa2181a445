package dev.quipu.dsl.catalog;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How a family of models lies in a folder of Hugging Face's layout: what {@code config.json} says, and what the weights are
 * called in the weight file. Formats are found through {@link ServiceLoader}, as {@link ModelCatalog}s are.
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

    /** For each of the model's parameters, by its path in the model, the tensor's name in the weight file. */
    Map<String, String> tensorNames(Model model);

    /** Whether a weight file may hold a tensor of that name beside the parameters, one that the others give. */
    boolean isSpare(Model model, String tensorName);

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
