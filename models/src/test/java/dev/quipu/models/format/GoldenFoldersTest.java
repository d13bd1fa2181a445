package dev.quipu.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.ModelFormat;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Folders that {@code transformers} opens: our names, shapes and configurations are theirs. */
class GoldenFoldersTest {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** Keys about the weights' number type and the tokenizer, which are not the model's. */
    private static final List<String> OTHERS = List.of("torch_dtype", "bos_token_id", "eos_token_id");

    @ParameterizedTest
    @ValueSource(strings = {"llama-tiny", "llama-tied", "llama-gqa", "mistral-window"})
    void configurationIsWrittenAsRead(String name) throws IOException {
        Map<String, Object> config = config(folder(name));
        Model model = format(config).read(config);
        Map<String, Object> written = new LinkedHashMap<>(
                ModelFormat.of(model).orElseThrow().write(model).orElseThrow());
        OTHERS.forEach(key -> written.put(key, config.get(key)));
        assertEquals(config, written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-tiny", "llama-tied", "llama-gqa", "mistral-window"})
    void parametersAreTheFilesTensors(String name) throws IOException {
        Path folder = folder(name);
        ModelFormat format = format(config(folder));
        Model model = format.read(config(folder));
        Map<String, List<Integer>> ours = new HashMap<>();
        Map<String, String> names = format.tensorNames(model);
        Trace.parameters(model)
                .forEach((path, parameter) -> ours.put(
                        names.get(path),
                        Arrays.stream(parameter.shape().sizes()).boxed().toList()));
        assertEquals(shapes(folder.resolve("model.safetensors")), ours);
    }

    private static ModelFormat format(Map<String, Object> config) {
        return ModelFormat.named((String) config.get("model_type"));
    }

    private static Map<String, Object> config(Path folder) {
        return JsonMapper.shared().readValue(folder.resolve("config.json").toFile(), OBJECT);
    }

    /** Shapes by name from the header: its length as a little-endian long, then JSON. */
    private static Map<String, Object> shapes(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            byte[] header = in.readNBytes(Math.toIntExact(Long.reverseBytes(in.readLong())));
            Map<String, Object> shapes = new HashMap<>();
            JsonMapper.shared().readValue(header, OBJECT).forEach((name, entry) -> {
                if (!name.equals("__metadata__")) {
                    shapes.put(name, ((Map<?, ?>) entry).get("shape"));
                }
            });
            return shapes;
        }
    }

    /** Two folders are resources of module runtime's tests; the others are looked for beside the repository. */
    private static Path folder(String name) {
        Path root = Path.of(System.getProperty("quipu.root"));
        Path resource = root.resolve("runtime/src/test/resources/golden").resolve(name);
        if (Files.isDirectory(resource)) {
            return resource;
        }
        Path shared = root.resolve(
                        Optional.ofNullable(System.getenv("QUIPU_SHARED")).orElse("../shared"))
                .resolve("golden")
                .resolve(name);
        assumeTrue(Files.isDirectory(shared), "no reference model " + name);
        return shared;
    }
}
