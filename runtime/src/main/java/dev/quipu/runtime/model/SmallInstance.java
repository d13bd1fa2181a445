package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.catalog.ModelFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A model of the same family with everything that a model of its kind has, and few numbers: two layers, grouped heads where
 * heads are grouped, a window where there is one, tied weights where they are tied.
 */
public final class SmallInstance {
    private static final int LAYERS = 2;
    private static final int KEY_VALUE_HEADS = 2;
    private static final int HEADS_OF_GROUP = 2;
    private static final int VOCABULARY = 140;
    private static final int CONTEXT = 256;
    private static final int WINDOW = 20;

    private SmallInstance() {}

    /**
     * The small instance of a family that configurations describe; empty for a model of a user's own.
     *
     * @param headSize numbers of a head, where the model's are not smaller
     */
    public static Optional<Model> of(Model model, int headSize) {
        return ModelFormat.of(model).map(format -> {
            Map<String, Object> config = new LinkedHashMap<>(format.write(model).orElseThrow());
            shrink(config, headSize);
            return format.read(config);
        });
    }

    private static void shrink(Map<String, Object> config, int mostOfHead) {
        int heads = integer(config, "num_attention_heads");
        int keyValueHeads = integer(config, "num_key_value_heads");
        int headSize = integer(config, "head_dim");
        boolean square = heads * headSize == integer(config, "hidden_size");
        int fewKeyValueHeads = Math.min(keyValueHeads, KEY_VALUE_HEADS);
        int fewHeads = fewKeyValueHeads * Math.min(heads / keyValueHeads, HEADS_OF_GROUP);
        int smallHead = Math.min(headSize, mostOfHead);
        int dim = fewHeads * smallHead;
        config.put("num_attention_heads", fewHeads);
        config.put("num_key_value_heads", fewKeyValueHeads);
        config.put("head_dim", smallHead);
        config.put("hidden_size", square ? dim : dim * 3 / 4);
        config.put("intermediate_size", Math.min(integer(config, "intermediate_size"), 3 * dim - 8));
        atMost(config, "num_hidden_layers", LAYERS);
        atMost(config, "vocab_size", VOCABULARY);
        atMost(config, "max_position_embeddings", CONTEXT);
        if (config.get("sliding_window") instanceof Integer) {
            atMost(config, "sliding_window", WINDOW);
        }
    }

    private static void atMost(Map<String, Object> config, String key, int most) {
        config.put(key, Math.min(integer(config, key), most));
    }

    private static int integer(Map<String, Object> config, String key) {
        return ((Number) config.get(key)).intValue();
    }
}
