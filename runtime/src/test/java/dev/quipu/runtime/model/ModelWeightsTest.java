package dev.quipu.runtime.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.weights.ElementType;
import dev.quipu.runtime.weights.SafetensorsFile;
import dev.quipu.runtime.weights.SafetensorsWriter;
import dev.quipu.runtime.weights.StoredTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ModelWeightsTest {
    private static final String NAME = "model.layers.1.mlp.up_proj.weight";

    @TempDir
    private Path folder;

    /** The golden model with changed weights. */
    private ModelSource changed(Consumer<Map<String, StoredTensor>> change) throws IOException {
        Path golden = GoldenModel.open("llama-tiny").folder();
        Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
        try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("model.safetensors"))) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>(file.tensors());
            change.accept(tensors);
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors.values(), Map.of());
        }
        return ModelSource.of(folder.toString());
    }

    private static StoredTensor zeros(String name, ElementType type, long... shape) {
        List<Long> sizes = new ArrayList<>();
        long elements = 1;
        for (long size : shape) {
            sizes.add(size);
            elements *= size;
        }
        return new StoredTensor(name, type, sizes, Arena.ofAuto().allocate(elements * type.bytes()));
    }

    private String refusal(Consumer<Map<String, StoredTensor>> change) throws IOException {
        ModelSource source = changed(change);
        QuipuException mistake = assertThrows(QuipuException.class, source::loadWeights);
        return mistake.getMessage().replace(folder.toString(), "FOLDER");
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        assertEquals(
                "FOLDER/model.safetensors: tensor " + NAME
                        + " (layers.1.feedForward.up.weight): expected shape [172, 64],"
                        + " found no such tensor; the weights belong to another model or the configuration does",
                refusal(tensors -> tensors.remove(NAME)));
    }

    @Test
    void aTensorOfAnotherShapeIsNamed() throws IOException {
        assertEquals(
                "FOLDER/model.safetensors: tensor " + NAME
                        + " (layers.1.feedForward.up.weight): expected shape [172, 64],"
                        + " found shape [64, 172]; the weights belong to another model or the configuration does",
                refusal(tensors -> tensors.put(NAME, zeros(NAME, ElementType.F32, 64, 172))));
    }

    @Test
    void aTensorOfIntegersIsNamed() throws IOException {
        assertEquals(
                "FOLDER/model.safetensors: tensor " + NAME
                        + " (layers.1.feedForward.up.weight): expected real numbers, found"
                        + " I32 elements; the weights belong to another model or the configuration does",
                refusal(tensors -> tensors.put(NAME, zeros(NAME, ElementType.I32, 172, 64))));
    }

    @Test
    void aTensorTooManyIsNamed() throws IOException {
        assertEquals(
                "FOLDER/model.safetensors: tensor model.layers.2.mlp.up_proj.weight: expected only the model's 21"
                    + " tensors, found another of shape [2]; the weights belong to another model or the configuration"
                    + " does",
                refusal(tensors ->
                        tensors.put("extra", zeros("model.layers.2.mlp.up_proj.weight", ElementType.F32, 2))));
    }

    @Test
    void spareTensorsAreSkipped() throws IOException {
        ModelSource source = changed(tensors ->
                tensors.put("spare", zeros("model.layers.0.self_attn.rotary_emb.inv_freq", ElementType.F32, 8)));

        try (State state = source.loadWeights()) {
            assertTrue(state.contains("layers.0.attention.wq.weight"));
        }
    }

    @Test
    void shardsAreOneModel() throws IOException {
        Path golden = GoldenModel.open("llama-tiny").folder();
        Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
        Map<String, String> fileOf = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("model.safetensors"))) {
            Map<String, List<StoredTensor>> shards = new TreeMap<>();
            file.tensors().forEach((name, tensor) -> {
                String shard = name.contains("layers.1") ? "two.safetensors" : "one.safetensors";
                fileOf.put(name, shard);
                shards.computeIfAbsent(shard, key -> new ArrayList<>()).add(tensor);
            });
            for (Map.Entry<String, List<StoredTensor>> shard : shards.entrySet()) {
                SafetensorsWriter.write(folder.resolve(shard.getKey()), shard.getValue(), Map.of());
            }
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                JsonMapper.shared().writeValueAsString(Map.of("weight_map", fileOf)));

        try (State sharded = ModelSource.withWeights(folder.toString()).loadWeights();
                State whole = ModelSource.withWeights(golden.toString()).loadWeights()) {
            assertEquals(whole.names(), sharded.names());
            whole.names()
                    .forEach(name -> assertArrayEquals(
                            whole.get(name).toFloats(), sharded.get(name).toFloats(), name));
        }
    }
}
