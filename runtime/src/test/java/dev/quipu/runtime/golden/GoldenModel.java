package dev.quipu.runtime.golden;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.Parameter;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.StoredTensor;
import dev.quipu.runtime.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small model with random weights and the values it must compute, from a folder in Hugging Face's layout.
 *
 * @param names of the parameters in the folder's files, by the parameters' own names
 */
public record GoldenModel(Path folder, Model model, Map<String, String> names) {
    /** Golden folders among the test resources, then those that only the shared data holds. */
    public static final List<String> FOLDERS = List.of("llama-tiny", "llama-tied", "llama-gqa", "mistral-window");

    private static final Path RESOURCES = Path.of("src/test/resources/golden");

    /** Opens a folder; where it is absent the test is skipped, by its name. */
    public static GoldenModel open(String name) {
        Path root = Path.of(System.getProperty("quipu.root", ".."));
        Path resource = root.resolve("runtime").resolve(RESOURCES).resolve(name);
        String shared = System.getenv().getOrDefault("QUIPU_SHARED", "../shared");
        Path folder = Files.isDirectory(resource)
                ? resource
                : root.resolve(shared).resolve("golden").resolve(name);
        Assumptions.assumeTrue(
                Files.isDirectory(folder), "no golden model " + name + ": QUIPU_SHARED names the folder");
        Map<String, Object> config =
                JsonMapper.shared().readValue(folder.resolve("config.json"), new TypeReference<>() {});
        ModelFormat format = ModelFormat.named((String) config.get("model_type"));
        Model model = format.read(config);
        return new GoldenModel(folder, model, format.tensorNames(model));
    }

    /** The weights by parameter. */
    Map<String, Array> weights() {
        Map<String, Array> weights = new LinkedHashMap<>();
        try (Weights stored = Weights.open(folder)) {
            Map<String, Parameter> parameters = Trace.parameters(model);
            names.forEach((parameter, tensor) -> {
                Type type = new Type(DType.F32, parameters.get(parameter).shape());
                weights.put(parameter, Array.of(type, stored.tensor(tensor).toFloats()));
            });
        }
        return weights;
    }

    /** The tensors of a file of the folder, {@code case.safetensors} or {@code train.safetensors}. */
    Map<String, Array> values(String file) {
        Map<String, Array> values = new LinkedHashMap<>();
        try (Weights stored = Weights.open(folder.resolve(file))) {
            stored.tensors().forEach((name, tensor) -> values.put(name, array(tensor)));
        }
        return values;
    }

    private static Array array(StoredTensor tensor) {
        Shape shape = new Shape(tensor.shape().stream()
                .map(size -> new Dim("axis", Math.toIntExact(size)))
                .toList());
        if (tensor.type() == ElementType.F32) {
            return Array.of(new Type(DType.F32, shape), tensor.toFloats());
        }
        long[] ids = tensor.toLongs();
        return Array.of(new Type(DType.I32, shape), i -> ids[i]);
    }
}
