package dev.quipu.dsl.catalog;

/** Who names the tensors of a weight file and decides how they lie in it. */
public enum Convention {
    /** Hugging Face's transformers: names like {@code model.layers.0.self_attn.q_proj.weight}; rotary pairs half a head apart. */
    HUGGING_FACE,
    /** Meta's own code, and llama2.c: names like {@code layers.0.attention.wq.weight}; rotary pairs side by side. */
    META,
    /** GGUF files: names like {@code blk.0.attn_q.weight}; rotary pairs as the architecture decides. */
    GGUF
}
