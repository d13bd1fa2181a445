package dev.quipu.models.format;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.dsl.op.RopeTable;
import dev.quipu.models.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What GGUF's key-value pairs say about LLaMA and its relatives: {@code llama.embedding_length} and so on. */
final class GgufKeys {
    static final String ARCHITECTURE = "general.architecture";

    /** Factors that divide RoPE's frequencies, one for each pair of channels. */
    static final String FACTORS = "rope_freqs.weight";

    private static final String EMBEDDING = "token_embd.weight";

    /** How Llama 3.1 and 3.2 scale, but for the factor: files hold the factors alone. */
    private static final double LOW = 1;

    private static final double HIGH = 4;
    private static final double ORIGINAL = 8192;
    private static final double TOLERANCE = 1e-5;

    /** Keys that say nothing about what the model computes, by how they begin. */
    private static final Set<String> OTHERS = Set.of("general.", "tokenizer.", "quantize.");

    private GgufKeys() {}

    /** The same in the words of Hugging Face's configuration. */
    static Map<String, Object> read(String architecture, String modelType, DescribedWeights weights) {
        Map<String, Object> own = new LinkedHashMap<>(weights.metadata());
        own.keySet().removeIf(key -> OTHERS.stream().anyMatch(key::startsWith));
        ConfigKeys keys = new ConfigKeys(weights.file(), own);
        String prefix = architecture + ".";
        int dim = keys.integer(prefix + "embedding_length");
        int heads = keys.integer(prefix + "attention.head_count");
        int headSize = keys.integer(prefix + "attention.key_length", heads == 0 ? 0 : dim / heads);
        double theta = keys.number(prefix + "rope.freq_base", 1e4);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("model_type", modelType);
        config.put("hidden_size", dim);
        config.put("num_hidden_layers", keys.layers(prefix + "block_count", "blk.%d.attn_norm.weight", weights));
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", keys.integer(prefix + "attention.head_count_kv", heads));
        config.put("head_dim", headSize);
        config.put("intermediate_size", keys.integer(prefix + "feed_forward_length"));
        config.put("vocab_size", vocabulary(weights));
        config.put("max_position_embeddings", keys.integer(prefix + "context_length"));
        config.put("rms_norm_eps", keys.number(prefix + "attention.layer_norm_rms_epsilon"));
        config.put("rope_theta", theta);
        RopeKeys.write(scaling(weights, theta, headSize), config);
        config.put("tie_word_embeddings", !weights.shapes().containsKey("output.weight"));
        keys.only(prefix + "attention.value_length", headSize);
        keys.only(prefix + "rope.dimension_count", headSize);
        keys.only(prefix + "rope.scaling.type", "none");
        keys.only(prefix + "rope.scale_linear", 1);
        keys.only(prefix + "expert_count", 0);
        keys.only(prefix + "expert_used_count", 0);
        keys.only("split.count", 1);
        keys.ignore("split.no");
        keys.ignore("split.tensors.count");
        keys.ignore(prefix + "vocab_size"); // the embedding says it
        keys.ignore(prefix + "tensor_data_layout"); // llama's is always the interleaved one
        keys.finish();
        return config;
    }

    private static int vocabulary(DescribedWeights weights) {
        List<Long> shape = weights.shapes().get(EMBEDDING);
        if (shape == null || shape.size() != 2) {
            throw QuipuException.of(
                    "a matrix " + EMBEDDING,
                    shape == null ? "none" : "shape " + shape,
                    weights.file(),
                    "the file holds a vocabulary alone, or another kind of model");
        }
        return ConfigKeys.size(shape.getFirst(), weights.file() + ": tensor " + EMBEDDING);
    }

    /** Llama 3.1's scaling by its largest factor, when all other factors are what it gives. */
    private static RopeScaling scaling(DescribedWeights weights, double theta, int headSize) {
        if (!weights.shapes().containsKey(FACTORS)) {
            return RopeScaling.NONE;
        }
        float[] factors = weights.values(FACTORS);
        double largest = 1;
        for (float factor : factors) {
            largest = Math.max(largest, factor);
        }
        RopeScaling scaling = largest == 1 ? RopeScaling.NONE : new RopeScaling(largest, LOW, HIGH, ORIGINAL);
        if (factors.length != headSize / 2 || !near(factors, factors(theta, headSize, scaling))) {
            throw QuipuException.of(
                    "the factors of Llama 3.1's RoPE scaling, all that is supported",
                    factors.length + " others up to " + largest,
                    weights.file() + ": tensor " + FACTORS,
                    "");
        }
        return scaling;
    }

    private static boolean near(float[] factors, float[] expected) {
        boolean near = true;
        for (int i = 0; i < factors.length; i++) {
            near &= Math.abs(factors[i] - expected[i]) <= TOLERANCE * expected[i];
        }
        return near;
    }

    static float[] factors(double theta, int headSize, RopeScaling scaling) {
        RopeTable plain = new RopeTable(theta, 2, headSize);
        float[] factors = new float[headSize / 2];
        for (int i = 0; i < factors.length; i++) {
            double frequency = plain.angle(1, i);
            factors[i] = (float) (frequency / scaling.scaled(frequency));
        }
        return factors;
    }

    static Map<String, Object> write(String architecture, LlamaConfig config) {
        String prefix = architecture + ".";
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put(ARCHITECTURE, architecture);
        keys.put(prefix + "context_length", config.context());
        keys.put(prefix + "embedding_length", config.dim());
        keys.put(prefix + "block_count", config.layers());
        keys.put(prefix + "feed_forward_length", config.hidden());
        keys.put(prefix + "attention.head_count", config.heads());
        keys.put(prefix + "attention.head_count_kv", config.keyValueHeads());
        keys.put(prefix + "attention.key_length", config.headSize());
        keys.put(prefix + "attention.value_length", config.headSize());
        keys.put(prefix + "attention.layer_norm_rms_epsilon", (float) config.normEpsilon());
        keys.put(prefix + "rope.dimension_count", config.headSize());
        keys.put(prefix + "rope.freq_base", (float) config.ropeTheta());
        keys.put(prefix + "vocab_size", config.vocabulary());
        return keys;
    }

    /** Whether the keys can say all of a configuration. */
    static boolean canWrite(LlamaConfig config) {
        RopeScaling scaling = config.ropeScaling();
        return config.window() == 0
                && (scaling.equals(RopeScaling.NONE)
                        || scaling.equals(new RopeScaling(scaling.factor(), LOW, HIGH, ORIGINAL)));
    }
}
