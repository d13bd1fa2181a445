package dev.quipu.models.format;

import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.models.Llama;
import java.util.Map;
import java.util.Optional;

/** LLaMA 1 to 3 and all that share their architecture. */
public final class LlamaFormat extends LlamaLikeFormat {
    @Override
    public String modelType() {
        return "llama";
    }

    @Override
    String architecture() {
        return "LlamaForCausalLM";
    }

    @Override
    Llama declare(ConfigKeys keys) {
        keys.only("attention_bias", false);
        keys.only("mlp_bias", false);
        keys.only("pretraining_tp", 1);
        keys.only("rope_interleaved", false);
        // files from before Llama 2 have no grouped heads
        int keyValueHeads = keys.isMissing("num_key_value_heads")
                ? keys.integer("num_attention_heads")
                : keys.integer("num_key_value_heads");
        return Llama.of(sizes(keys, keyValueHeads, 0));
    }

    @Override
    boolean isInterleavedInGguf() {
        return true;
    }

    @Override
    Optional<Map<String, Object>> metaConfig(DescribedWeights weights) {
        return weights.metadata().containsKey("n_heads") ? Optional.of(MetaKeys.read(weights)) : Optional.empty();
    }
}
