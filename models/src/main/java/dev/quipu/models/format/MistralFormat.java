package dev.quipu.models.format;

import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.Map;

/**
 * Mistral (Jiang et al. 2023): LLaMA whose queries see a window of keys. Later versions have none and are then the same model
 * as a LLaMA.
 */
public final class MistralFormat extends LlamaLikeFormat {
    private static final String WINDOW = "sliding_window";

    @Override
    public String modelType() {
        return "mistral";
    }

    @Override
    String architecture() {
        return "MistralForCausalLM";
    }

    @Override
    Llama declare(ConfigKeys keys) {
        return Llama.of(sizes(keys, keys.integer("num_key_value_heads"), keys.integer(WINDOW, 0)));
    }

    @Override
    void writeOwn(LlamaConfig config, Map<String, Object> keys) {
        keys.put(WINDOW, config.window() == 0 ? null : config.window());
    }
}
