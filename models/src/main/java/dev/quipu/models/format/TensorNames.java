package dev.quipu.models.format;

import dev.quipu.dsl.catalog.Convention;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What weight files call the weights of LLaMA and its relatives: one table, a column for each convention. */
final class TensorNames {
    private static final Pattern IN_LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

    /** Names of one tensor; null where a convention has none. */
    private record Row(String huggingFace, String meta, String gguf) {
        String in(Convention convention) {
            return switch (convention) {
                case HUGGING_FACE -> huggingFace;
                case META -> meta;
                case GGUF -> gguf;
            };
        }
    }

    private static final Row LAYER = new Row("model.layers.", "layers.", "blk.");

    /** Outside the layers. */
    private static final Map<String, Row> OUTSIDE = Map.of(
            "embedding", new Row("model.embed_tokens", "tok_embeddings", "token_embd"),
            "norm", new Row("model.norm", "norm", "output_norm"),
            "output", new Row("lm_head", "output", "output"));

    /** In a layer. */
    private static final Map<String, Row> INSIDE = Map.ofEntries(
            Map.entry("attentionNorm", new Row("input_layernorm", "attention_norm", "attn_norm")),
            Map.entry("attention.wq", new Row("self_attn.q_proj", "attention.wq", "attn_q")),
            Map.entry("attention.wk", new Row("self_attn.k_proj", "attention.wk", "attn_k")),
            Map.entry("attention.wv", new Row("self_attn.v_proj", "attention.wv", "attn_v")),
            Map.entry("attention.wo", new Row("self_attn.o_proj", "attention.wo", "attn_output")),
            Map.entry("attention.queryNorm", new Row("self_attn.q_norm", null, "attn_q_norm")),
            Map.entry("attention.keyNorm", new Row("self_attn.k_norm", null, "attn_k_norm")),
            Map.entry("feedForwardNorm", new Row("post_attention_layernorm", "ffn_norm", "ffn_norm")),
            Map.entry("feedForward.gate", new Row("mlp.gate_proj", "feed_forward.w1", "ffn_gate")),
            Map.entry("feedForward.up", new Row("mlp.up_proj", "feed_forward.w3", "ffn_up")),
            Map.entry("feedForward.down", new Row("mlp.down_proj", "feed_forward.w2", "ffn_down")));

    private TensorNames() {}

    /** The tensor's name for a parameter's path; empty where the convention has none. */
    static Optional<String> of(String path, Convention convention) {
        Matcher inLayer = IN_LAYER.matcher(path);
        int dot = path.lastIndexOf('.');
        Row row = inLayer.matches() ? INSIDE.get(inLayer.group(2)) : OUTSIDE.get(path.substring(0, dot));
        if (row == null) {
            throw new AssertionError("no name for parameter " + path);
        }
        String prefix = inLayer.matches() ? LAYER.in(convention) + inLayer.group(1) + "." : "";
        return Optional.ofNullable(row.in(convention)).map(name -> prefix + name + path.substring(dot));
    }
}
