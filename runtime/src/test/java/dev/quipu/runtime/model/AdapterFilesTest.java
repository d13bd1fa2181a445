package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.Traced;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.layer.Lora;
import dev.quipu.dsl.tuning.Adapters;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import dev.quipu.runtime.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class AdapterFilesTest {
    private static final LlamaConfig CONFIG = LlamaConfig.of(24, 2, 2, 40, 264, 32);

    @TempDir
    private Path root;

    private Path folder;

    /** A model with weights and adapters that do something. */
    @BeforeEach
    void save() {
        folder = root.resolve("run");
        Model model = Adapters.add(Llama.of(CONFIG), List.of(new Glob("*.wq"), new Glob("layers.1.*.up")), 3, 4.5);
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 3);
            Random random = new Random(1);
            Adapters.of(model).keySet().forEach(path -> {
                var up = state.get(path + ".loraUp");
                for (long i = 0; i < up.length(); i++) {
                    up.setFloat(i, (float) (0.3 * random.nextGaussian()));
                }
            });
            ModelFolder.save(folder, model, state, new ByteTokenizer());
        }
    }

    private static Map<String, Object> config(Path folder) {
        return JsonMapper.shared().readValue(folder.resolve(AdapterConfig.FILE), new TypeReference<>() {});
    }

    @Test
    void theLayoutIsThatOfPeft() {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("peft_type", "LORA");
        expected.put("task_type", "CAUSAL_LM");
        expected.put("base_model_name_or_path", null);
        expected.put("inference_mode", true);
        expected.put("r", 3);
        expected.put("lora_alpha", 4.5);
        expected.put("lora_dropout", 0.0);
        expected.put("bias", "none");
        expected.put("fan_in_fan_out", false);
        expected.put("init_lora_weights", true);
        expected.put("target_modules", List.of("model.layers.1.mlp.up_proj", "q_proj"));
        assertEquals(expected, config(folder));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("adapter_model.safetensors"))) {
            assertEquals(
                    new TreeSet<>(List.of(
                            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                            "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
                            "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
                            "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight",
                            "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight",
                            "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight")),
                    new TreeSet<>(file.tensors().keySet()));
            String up = "base_model.model.model.layers.1.mlp.up_proj.lora_";
            assertEquals(List.of(3L, 24L), file.tensor(up + "A.weight").shape());
            assertEquals(List.of(40L, 3L), file.tensor(up + "B.weight").shape());
        }
    }

    @Test
    void aFolderHoldsTheModelAndItsAdapters() {
        ModelSource source = ModelSource.withWeights(folder.toString());
        assertEquals(
                List.of("layers.0.attention.wq", "layers.1.attention.wq", "layers.1.feedForward.up"),
                List.copyOf(Adapters.of(source.model()).keySet()));
        Lora lora = Adapters.of(source.model()).get("layers.1.feedForward.up");
        assertEquals(List.of(3.0, 1.5), List.of((double) lora.rank(), lora.scale()));
        Path again = root.resolve("again");
        try (State state = source.loadWeights()) {
            ModelFolder.save(again, source.model(), state, new ByteTokenizer());
        }
        assertEquals(config(folder), config(again));
        for (String file : List.of("model.safetensors", "adapter_model.safetensors")) {
            assertArrayEquals(bytes(folder.resolve(file)), bytes(again.resolve(file)), file);
        }
        Path weights = folder.resolve("model.safetensors");
        assertArrayEquals(
                logits(source, new ReferenceDevice()),
                logits(ModelSource.withWeights(weights.toString()), new ReferenceDevice()));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** As PEFT saves them: without the model, which the configuration names. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adaptersInAFolderOfTheirOwnGoWithTheModelTheyName(boolean relative) throws IOException {
        Path base = root.resolve("base");
        Path own = Files.createDirectory(root.resolve("own"));
        ModelSource source = ModelSource.withWeights(folder.toString());
        try (State state = source.loadWeights()) {
            ModelFolder.save(base, Adapters.remove(source.model()), state, new ByteTokenizer());
            AdapterFiles.write(own, source.model(), state, Optional.of(relative ? "../base" : base.toString()));
        }
        ModelSource adapted = ModelSource.withWeights(own.toString());
        assertEquals(relative ? own.resolve("../base") : base, adapted.folder().orElseThrow());
        assertArrayEquals(logits(source, new ReferenceDevice()), logits(adapted, new ReferenceDevice()));
    }

    private static float[] logits(ModelSource source, Device chosen) {
        try (Device device = chosen;
                State state = source.loadWeights()) {
            return logits(source.model(), state, device);
        }
    }

    private static float[] logits(Model model, State state, Device device) {
        try (Executable logits =
                device.load(Compiler.verifying().logits(model, 1, 16).scheduled(), state)) {
            for (int i = 0; i < 16; i++) {
                logits.input(Traced.TOKENS).setInt(i, 7 * i + 3);
            }
            logits.run();
            return logits.result(Traced.LOGITS).toFloats();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mergedLogitsAreThoseOfTheAdapters(boolean jvm) {
        ModelSource source = ModelSource.withWeights(folder.toString());
        try (Device device = jvm ? new JvmDevice(2) : new ReferenceDevice();
                State state = source.loadWeights()) {
            float[] plain = logits(Adapters.remove(source.model()), state, device);
            float[] expected = logits(source.model(), state, device);
            Model merged = MergedAdapters.of(source.model(), state);
            assertEquals(0, Adapters.of(merged).size());
            double far = difference(expected, plain);
            assertTrue(far > 1e-2, "the adapters do something: " + far);
            double near = difference(expected, logits(merged, state, device));
            assertTrue(near < 1e-6, "merged: " + near);
            double twice = difference(expected, logits(source.model(), state, device));
            assertTrue(twice < 1e-6, "with corrections of zero beside: " + twice);
        }
    }

    private static double difference(float[] expected, float[] found) {
        double squares = 0;
        double all = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow((double) expected[i] - found[i], 2);
            all += Math.pow(expected[i], 2);
        }
        return Math.sqrt(squares / all);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        peft_type          | "IA3"          | "peft_type" to be LORA, all that is supported, found IA3
        r                  | null           | "r" to be a number above 0, found null
        r                  | 4              | shape [4, 24], found shape [3, 24]
        lora_alpha         | "much"         | "lora_alpha" to be a number above 0, found much
        bias               | "all"          | "bias" to be none, all that is supported, found all
        init_lora_weights  | "pissa"        | "init_lora_weights" to be true, all that is supported, found pissa
        use_dora           | true           | keys that are known and supported, found "use_dora": true
        use_rslora         | true           | keys that are known and supported, found "use_rslora": true
        fan_in_fan_out     | true           | keys that are known and supported, found "fan_in_fan_out": true
        modules_to_save    | ["lm_head"]    | keys that are known and supported, found "modules_to_save": [lm_head]
        rank_pattern       | {"q_proj": 9}  | keys that are known and supported, found "rank_pattern": {q_proj=9}
        """)
    void whatIsNotPlainLoraIsRefused(String key, String value, String message) {
        change(Map.of(key, value));
        String refusal = assertThrows(QuipuException.class, () -> ModelSource.of(folder.toString()))
                .getMessage();
        assertTrue(refusal.contains("expected " + message), refusal);
    }

    @Test
    void harmlessAndUnusedKeysAreIgnored() {
        change(Map.of(
                "loftq_config", "{}",
                "layers_to_transform", "null",
                "use_dora", "false",
                "lora_dropout", "0.1",
                "megatron_core", "\"megatron.core\"",
                "revision", "\"main\"",
                "rank_pattern", "{}"));
        assertEquals(3, Adapters.of(ModelSource.of(folder.toString()).model()).size());
    }

    private void change(Map<String, String> changes) {
        Map<String, Object> keys = new LinkedHashMap<>(config(folder));
        changes.forEach((key, value) -> keys.put(key, JsonMapper.shared().readValue(value, Object.class)));
        try {
            Files.writeString(
                    folder.resolve(AdapterConfig.FILE), JsonMapper.shared().writeValueAsString(keys));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void adaptersWithoutTheirModelAreRefused() throws IOException {
        Files.delete(folder.resolve("config.json"));
        assertRefused(
                "adapter_config.json: expected \"base_model_name_or_path\" or the model's files beside it, found");
        change(Map.of("base_model_name_or_path", "\"meta-llama/Llama-2-7b\""));
        assertRefused("expected the model that the adapters belong to at meta-llama/Llama-2-7b, found nothing");
    }

    @Test
    void adaptersOfAnotherModelAreRefused() {
        Path other = root.resolve("other");
        Model model = Llama.of(LlamaConfig.of(24, 1, 2, 40, 264, 32));
        try (State state = new State()) {
            state.initialise(Trace.parameters(model), 3);
            ModelFolder.save(other, model, state, new ByteTokenizer());
        }
        change(Map.of("base_model_name_or_path", "\"" + other + "\""));
        try {
            Files.delete(folder.resolve("config.json"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertRefused("expected lora_A and lora_B of the model's linear layers, found another tensor");
    }

    private void assertRefused(String part) {
        String refusal = assertThrows(QuipuException.class, () -> ModelSource.of(folder.toString()))
                .getMessage();
        assertTrue(refusal.contains(part), refusal);
    }
}
