package dev.quipu.models.format;

import dev.quipu.models.Llama;
import dev.quipu.models.Qwen2;

/** Qwen2 and 2.5: see {@link Qwen2}. */
public final class Qwen2Format extends LlamaLikeFormat {
    @Override
    public String modelType() {
        return "qwen2";
    }

    @Override
    String architecture() {
        return "Qwen2ForCausalLM";
    }

    @Override
    Llama declare(ConfigKeys keys) {
        keys.only("use_sliding_window", false);
        keys.ignore("sliding_window"); // unused without the flag, and so is the number of layers it is for
        keys.ignore("max_window_layers");
        keys.onlyAll("layer_types", "full_attention");
        return Qwen2.of(sizes(keys, keys.integer("num_key_value_heads"), 0));
    }
}
