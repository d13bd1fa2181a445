package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.Trace;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class ModelFolderTest {
    private static final Tokenizer TOKENIZER = new ByteTokenizer();

    @TempDir
    private Path folder;

    static List<String> golden() {
        return GoldenModel.FOLDERS;
    }

    /** What transformers wrote is written again: the same configuration, the same tensors under the same names. */
    @ParameterizedTest
    @MethodSource("golden")
    void aHuggingFaceFolderIsWrittenAsItWasRead(String name) {
        Path original = GoldenModel.open(name).folder();
        ModelSource source = ModelSource.of(original.toString());
        try (State state = source.loadWeights()) {
            ModelFolder.save(folder.resolve("copy"), source.model(), state, TOKENIZER);
        }

        Map<String, Object> expected = config(original);
        expected.put("bos_token_id", 256);
        expected.put("eos_token_id", 257);
        assertEquals(expected, config(folder.resolve("copy")));
        assertSameTensors(original, folder.resolve("copy"));
    }

    private static Map<String, Object> config(Path model) {
        return JsonMapper.shared().readValue(model.resolve("config.json"), new TypeReference<Map<String, Object>>() {});
    }

    private static void assertSameTensors(Path expected, Path found) {
        try (SafetensorsFile first = SafetensorsFile.open(expected.resolve("model.safetensors"));
                SafetensorsFile second = SafetensorsFile.open(found.resolve("model.safetensors"))) {
            assertEquals(Map.of("format", "pt"), second.metadata());
            assertEquals(first.tensors().keySet(), second.tensors().keySet());
            first.tensors().forEach((name, tensor) -> {
                assertEquals(tensor.shape(), second.tensor(name).shape(), name);
                assertArrayEquals(tensor.toFloats(), second.tensor(name).toFloats(), name);
            });
        }
    }

    @Test
    void aModelFromASourceFileKeepsItsSource() throws IOException {
        Path file = Files.writeString(folder.resolve("Bigram.java"), SourceFileModelTest.SOURCE);
        Model model = ModelSource.of(file.toString()).model();
        Path saved = folder.resolve("saved");
        float[] weights = save(model, saved);
        Files.delete(file);

        assertEquals(SourceFileModelTest.SOURCE, Files.readString(saved.resolve("Bigram.java")));
        assertLoads(saved, "Bigram", "embedding.weight", weights);
    }

    @Test
    void aModelOfTheClassPathIsNamedByItsClass() {
        Path saved = folder.resolve("saved");
        float[] weights = save(new OwnModel(), saved);

        assertEquals(OwnModel.class.getName(), config(saved).get("quipu_class"));
        assertLoads(saved, "OwnModel", "embedding.weight", weights);
    }

    private static float[] save(Model model, Path saved) {
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 7);
            ModelFolder.save(saved, model, state, TOKENIZER);
            return state.get("embedding.weight").toFloats();
        }
    }

    private static void assertLoads(Path saved, String className, String parameter, float[] weights) {
        ModelSource source = ModelSource.withWeights(saved.toString());
        assertEquals(className, source.model().getClass().getSimpleName());
        assertTrue(source.hasWeights());
        try (State state = source.loadWeights()) {
            assertArrayEquals(weights, state.get(parameter).toFloats());
        }
        assertEquals(TOKENIZER.name(), Tokenizer.load(saved).name());
    }
}
