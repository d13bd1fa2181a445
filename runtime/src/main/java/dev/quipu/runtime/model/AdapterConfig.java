package dev.quipu.runtime.model;

import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.files.FileFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@value #FILE}, as PEFT (Hugging Face's library of adapters) writes it.
 *
 * @param rank of all adapters
 * @param alpha of all adapters; corrections are scaled by alpha over rank
 * @param targets the adapted modules, by their names in the weight file or by the last part of those
 * @param base where the model is that the adapters belong to, if the file says it
 */
record AdapterConfig(int rank, double alpha, List<String> targets, Optional<String> base) {
    static final String FILE = "adapter_config.json";

    private static final String TYPE = "peft_type";
    private static final String RANK = "r";
    private static final String ALPHA = "lora_alpha";
    private static final String BIAS = "bias";
    private static final String FIRST_VALUES = "init_lora_weights";
    private static final String BASE = "base_model_name_or_path";
    private static final String TARGETS = "target_modules";

    /** Keys that change nothing in what the adapters compute: which modules they are for, the weight file says. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "exclude_modules",
            "inference_mode",
            "layers_pattern",
            "layers_to_transform",
            "lora_dropout",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            TARGETS,
            "task_type");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    AdapterConfig {
        targets = List.copyOf(targets);
    }

    /**
     * Reads a folder's file.
     *
     * @throws QuipuException naming the key, for one that is missing or asks for what is not supported
     */
    static AdapterConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        Map<String, Object> keys = parse(file);
        only(file, keys, TYPE, "LORA");
        only(file, keys, BIAS, "none", null);
        only(file, keys, FIRST_VALUES, true, false, "gaussian", null); // others change the model's weights as well
        List<String> targets = keys.get(TARGETS) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
        AdapterConfig config = new AdapterConfig(
                number(file, keys, RANK).intValue(),
                number(file, keys, ALPHA).doubleValue(),
                targets,
                Optional.ofNullable(keys.get(BASE)).map(String::valueOf));
        keys.keySet().removeAll(HARMLESS);
        keys.keySet().removeAll(Set.of(TYPE, BIAS, FIRST_VALUES, RANK, ALPHA, BASE));
        keys.values().removeIf(AdapterConfig::isOff);
        if (!keys.isEmpty()) {
            Map.Entry<String, Object> first = keys.entrySet().iterator().next();
            throw QuipuException.of(
                    "keys that are known and supported",
                    "\"" + first.getKey() + "\": " + first.getValue(),
                    file.toString(),
                    "plain LoRA is");
        }
        return config;
    }

    private static Map<String, Object> parse(Path file) {
        try {
            return JSON.readValue(Files.readAllBytes(file), new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JacksonException e) {
            throw new QuipuException(file + ": expected a JSON object, found " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new QuipuException(file + ": expected an adapter's configuration, found " + FileFailure.reason(e), e);
        }
    }

    private static void only(Path file, Map<String, Object> keys, String key, Object... supported) {
        List<Object> values = new ArrayList<>();
        for (Object value : supported) {
            values.add(value); // List.of refuses null
        }
        if (!values.contains(keys.get(key))) {
            throw QuipuException.of(
                    "\"" + key + "\" to be " + supported[0] + ", all that is supported",
                    String.valueOf(keys.get(key)),
                    file.toString(),
                    "");
        }
    }

    private static Number number(Path file, Map<String, Object> keys, String key) {
        if (keys.get(key) instanceof Number number && number.doubleValue() > 0) {
            return number;
        }
        throw QuipuException.of(
                "\"" + key + "\" to be a number above 0", String.valueOf(keys.get(key)), file.toString(), "");
    }

    /** A feature that is not used. */
    private static boolean isOff(Object value) {
        return switch (value) {
            case null -> true;
            case Boolean on -> !on;
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    void write(Path folder) throws IOException {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put(TYPE, "LORA");
        keys.put("task_type", "CAUSAL_LM");
        keys.put(BASE, base.orElse(null));
        keys.put("inference_mode", true);
        keys.put(RANK, rank);
        keys.put(ALPHA, alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha);
        keys.put("lora_dropout", 0.0);
        keys.put(BIAS, "none");
        keys.put("fan_in_fan_out", false);
        keys.put(FIRST_VALUES, true);
        keys.put(TARGETS, targets);
        Files.writeString(folder.resolve(FILE), JSON.writeValueAsString(keys) + "\n");
    }
}
