package dev.quipu.models.format;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.models.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Meta's {@code params.json}, llama2.c's headers and its training checkpoints say about a LLaMA. Sizes that they leave to
 * their readers' code, such as the feed-forward's, are taken from the tensors.
 */
final class MetaKeys {
    private static final double USUAL_EPSILON = 1e-5;
    private static final double USUAL_THETA = 1e4;

    /** Neither says how long a sequence may be where it is missing; 2,048 is what the first LLaMA was trained with. */
    private static final int USUAL_CONTEXT = 2048;

    /** What {@code use_scaled_rope} stands for in Meta's code of Llama 3.1. */
    private static final RopeScaling SCALED = new RopeScaling(8, 1, 4, 8192);

    private static final String EMBEDDING = "tok_embeddings.weight";
    private static final String GATE = "layers.0.feed_forward.w1.weight";

    private MetaKeys() {}

    /** The same in the words of Hugging Face's LLaMA. */
    static Map<String, Object> read(DescribedWeights weights) {
        ConfigKeys keys = new ConfigKeys(weights.file(), weights.metadata());
        int heads = keys.integer("n_heads");
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", "llama");
        config.put("hidden_size", keys.integer("dim"));
        config.put("num_hidden_layers", keys.layers("n_layers", "layers.%d.attention_norm.weight", weights));
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", keys.integer("n_kv_heads", heads));
        config.put("intermediate_size", rows(weights, GATE));
        config.put("vocab_size", rows(weights, EMBEDDING));
        config.put("max_position_embeddings", keys.integer("max_seq_len", USUAL_CONTEXT));
        config.put("rms_norm_eps", keys.number("norm_eps", USUAL_EPSILON));
        config.put("rope_theta", keys.number("rope_theta", USUAL_THETA));
        RopeKeys.write(keys.flag("use_scaled_rope", false) ? SCALED : RopeScaling.NONE, config);
        config.put("tie_word_embeddings", !weights.shapes().containsKey("output.weight"));
        keys.only("dropout", 0);
        // what the tensors say already
        List.of("hidden_dim", "vocab_size", "multiple_of", "ffn_dim_multiplier", "shared_classifier")
                .forEach(keys::ignore);
        // how a file is stored
        List.of("version", "group_size", "max_batch_size", "model_parallel_size")
                .forEach(keys::ignore);
        List.of("tokens", "scores").forEach(keys::ignore); // llama2.ts has its tokenizer in the file
        keys.finish();
        return config;
    }

    private static int rows(DescribedWeights weights, String tensor) {
        List<Long> shape = weights.shapes().get(tensor);
        if (shape == null || shape.size() != 2) {
            throw QuipuException.of(
                    "a matrix " + tensor,
                    shape == null ? "none" : "shape " + shape,
                    weights.file(),
                    "the file is of another kind of model");
        }
        return ConfigKeys.size(shape.getFirst(), weights.file() + ": tensor " + tensor);
    }

    static Map<String, Object> write(LlamaConfig config) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("dim", config.dim());
        keys.put("hidden_dim", config.hidden());
        keys.put("n_layers", config.layers());
        keys.put("n_heads", config.heads());
        keys.put("n_kv_heads", config.keyValueHeads());
        keys.put("vocab_size", config.vocabulary());
        keys.put("max_seq_len", config.context());
        keys.put("norm_eps", config.normEpsilon());
        keys.put("rope_theta", config.ropeTheta());
        if (!config.ropeScaling().equals(RopeScaling.NONE)) {
            keys.put("use_scaled_rope", true);
        }
        keys.put("shared_classifier", config.tied());
        return keys;
    }

    /** Whether the keys can say all of a configuration. */
    static boolean canWrite(LlamaConfig config) {
        return config.window() == 0
                && config.headSize() * config.heads() == config.dim()
                && (config.ropeScaling().equals(RopeScaling.NONE)
                        || config.ropeScaling().equals(SCALED));
    }
}
