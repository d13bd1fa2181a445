package dev.quipu.models.format;

import dev.quipu.models.Llama;
import dev.quipu.models.Qwen3;

/** Qwen3, the dense models: see {@link Qwen3}. */
public final class Qwen3Format extends LlamaLikeFormat {
    @Override
    public String modelType() {
        return "qwen3";
    }

    @Override
    String architecture() {
        return "Qwen3ForCausalLM";
    }

    @Override
    Llama declare(ConfigKeys keys) {
        keys.only("attention_bias", false);
        keys.only("use_sliding_window", false);
        keys.ignore("sliding_window"); // unused without the flag, and so is the number of layers it is for
        keys.ignore("max_window_layers");
        keys.onlyAll("layer_types", "full_attention");
        keys.integer("head_dim"); // transformers has a default of its own
        return Qwen3.of(sizes(keys, keys.integer("num_key_value_heads"), 0));
    }
}
