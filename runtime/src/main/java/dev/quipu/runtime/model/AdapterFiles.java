package dev.quipu.runtime.model;

import dev.quipu.dsl.Layers;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.Lora;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.SafetensorsWriter;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adapters on disk in the layout of PEFT, Hugging Face's library of adapters: {@code adapter_config.json} and
 * {@code adapter_model.safetensors}. They lie in the folder of the model that they belong to, or in one of their own that names
 * it.
 */
public final class AdapterFiles {
    private static final String WEIGHTS = "adapter_model.safetensors";

    private AdapterFiles() {}

    /** Whether a folder holds adapters. */
    static boolean areIn(Path folder) {
        return Files.exists(folder.resolve(AdapterConfig.FILE));
    }

    /** The file of a folder's adapters. */
    static Path weights(Path folder) {
        return folder.resolve(WEIGHTS);
    }

    /** The weights of the model itself: other ones than those given where these are adapters in a folder of their own. */
    static Path modelWeights(Path weights) {
        return weights.endsWith(WEIGHTS) ? base(weights.toAbsolutePath().getParent()) : weights;
    }

    /**
     * Where the model is that adapters in a folder of their own belong to: a path from here, or from the folder.
     *
     * @throws QuipuException if the folder names none, or none that is there
     */
    static Path base(Path folder) {
        Path file = folder.resolve(AdapterConfig.FILE);
        String named = AdapterConfig.read(folder)
                .base()
                .orElseThrow(() -> QuipuException.of(
                        "\"base_model_name_or_path\" or the model's files beside it", "neither", file.toString(), ""));
        Path fromHere = Path.of(named);
        Path path = Files.exists(fromHere) ? fromHere : folder.toAbsolutePath().resolve(named);
        if (!Files.exists(path)) {
            throw QuipuException.of(
                    "the model that the adapters belong to at " + named,
                    "nothing",
                    file.toString(),
                    "let \"base_model_name_or_path\" say where it is");
        }
        return path;
    }

    /**
     * A model with the adapters of a folder.
     *
     * @throws QuipuException if they do not fit the model, or ask for what is not supported
     */
    static Model declare(Model plain, Path folder) {
        AdapterConfig config = AdapterConfig.read(folder);
        AdapterNames names = AdapterNames.of(plain);
        Map<String, Linear> linear = Layers.all(plain, Linear.class);
        Map<String, Lora> adapters = new LinkedHashMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(weights(folder))) {
            for (String tensor : file.tensors().keySet()) {
                String path = names.path(tensor)
                        .orElseThrow(() -> QuipuException.of(
                                "lora_A and lora_B of the model's linear layers",
                                "another tensor",
                                file.path() + ": tensor " + tensor,
                                "the adapters belong to another model, or are of another kind"));
                adapters.computeIfAbsent(path, key -> Lora.of(linear.get(key), config.rank(), config.alpha()));
            }
            adapters.forEach((path, lora) -> {
                file.tensor(names.down(path))
                        .expectShape(ModelWeights.sizes(lora.loraDown().shape()));
                file.tensor(names.up(path))
                        .expectShape(ModelWeights.sizes(lora.loraUp().shape()));
            });
        }
        return Adapters.put(plain, adapters);
    }

    /** Copies the adapters of a folder into a state, where {@link #declare} has put them into the model. */
    static void load(Model model, Path folder, State state) {
        Map<String, Parameter> parameters = Trace.parameters(model);
        Map<String, String> names = AdapterNames.of(Adapters.remove(model))
                .tensors(Adapters.of(model).keySet());
        Map<String, Parameter> adapters = new LinkedHashMap<>();
        names.keySet().forEach(name -> adapters.put(name, parameters.get(name)));
        state.allocateParameters(adapters, Map.of());
        try (SafetensorsFile file = SafetensorsFile.open(weights(folder))) {
            names.forEach((parameter, tensor) -> state.fill(parameter, file.tensor(tensor)::copyFloatsTo));
        }
    }

    /**
     * Writes a model's adapters into a folder.
     *
     * @param base where the model is that they belong to; empty if in the folder
     * @throws QuipuException if their ranks or alphas differ
     */
    public static void write(Path folder, Model model, State state, Optional<String> base) throws IOException {
        Map<String, Lora> adapters = Adapters.of(model);
        Lora first = adapters.values().iterator().next();
        adapters.forEach((path, lora) -> {
            if (lora.rank() != first.rank() || lora.alpha() != first.alpha()) {
                throw QuipuException.of(
                        "adapters of one rank and alpha, " + first.rank() + " and " + first.alpha(),
                        lora.rank() + " and " + lora.alpha(),
                        path,
                        "the layout of PEFT has others, which Quipu does not write");
            }
        });
        AdapterNames names = AdapterNames.of(Adapters.remove(model));
        new AdapterConfig(first.rank(), first.alpha(), names.targets(adapters.keySet()), base).write(folder);
        List<StoredTensor> tensors = new ArrayList<>();
        names.tensors(adapters.keySet())
                .forEach((parameter, tensor) -> tensors.add(ModelWeights.stored(parameter, tensor, state)));
        SafetensorsWriter.write(weights(folder), tensors, Map.of("format", "pt"));
    }
}
