package dev.quipu.models.huggingface;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Hugging Face's LLaMA-like models call their weights. */
final class TensorNames {
    private static final Pattern IN_LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)\\.(weight|bias)");

    /** Outside the layers. */
    private static final Map<String, String> OUTSIDE = Map.of(
            "embedding.weight", "model.embed_tokens.weight",
            "norm.weight", "model.norm.weight",
            "output.weight", "lm_head.weight");

    /** In a layer, without the ending. */
    private static final Map<String, String> INSIDE = Map.ofEntries(
            Map.entry("attentionNorm", "input_layernorm"),
            Map.entry("attention.wq", "self_attn.q_proj"),
            Map.entry("attention.wk", "self_attn.k_proj"),
            Map.entry("attention.wv", "self_attn.v_proj"),
            Map.entry("attention.wo", "self_attn.o_proj"),
            Map.entry("attention.queryNorm", "self_attn.q_norm"),
            Map.entry("attention.keyNorm", "self_attn.k_norm"),
            Map.entry("feedForwardNorm", "post_attention_layernorm"),
            Map.entry("feedForward.gate", "mlp.gate_proj"),
            Map.entry("feedForward.up", "mlp.up_proj"),
            Map.entry("feedForward.down", "mlp.down_proj"));

    private TensorNames() {}

    /** The tensor's name for a parameter's path. */
    static String of(String path) {
        Matcher matcher = IN_LAYER.matcher(path);
        String part = matcher.matches() ? INSIDE.get(matcher.group(2)) : null;
        String name = part == null
                ? OUTSIDE.get(path)
                : "model.layers." + matcher.group(1) + "." + part + "." + matcher.group(3);
        if (name == null) {
            throw new AssertionError("no name for parameter " + path);
        }
        return name;
    }
}
