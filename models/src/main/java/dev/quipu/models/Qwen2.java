package dev.quipu.models;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.layer.Linear;

/** Qwen2 (Yang et al. 2024): LLaMA whose queries, keys and values have biases. */
public final class Qwen2 {
    private Qwen2() {}

    public static Llama of(LlamaConfig config) {
        return Llama.of(config, Qwen2::attention);
    }

    private static Llama.Attention attention(LlamaConfig config) {
        Dim channel = config.channelDim();
        return new Llama.Attention(
                config,
                Linear.withBias(channel, config.queryDim(), config.deviation()),
                Linear.withBias(channel, config.keyValueDim(), config.deviation()),
                Linear.withBias(channel, config.keyValueDim(), config.deviation()),
                Linear.of(config.queryDim(), channel, config.residualDeviation()));
    }
}
