package dev.quipu.models.huggingface;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Hugging Face's LLaMA, Mistral, Qwen2 and Qwen3 have in common. All of them rotate half-split pairs, as RoPE does here,
 * so weights are taken as they are.
 */
abstract class LlamaLikeFormat implements ModelFormat {
    private static final String OUTPUT = "lm_head.weight";

    /** The model's class in transformers, such as {@code LlamaForCausalLM}. */
    abstract String architecture();

    /** Declares the model; reads or refuses what the family has beside the sizes. */
    abstract Llama declare(ConfigKeys keys);

    /** Adds what the family has beside the sizes. */
    void writeOwn(LlamaConfig config, Map<String, Object> keys) {}

    @Override
    public final Llama read(Map<String, Object> config) {
        ConfigKeys keys = new ConfigKeys("config.json", config);
        keys.only("model_type", modelType());
        keys.onlyAll("architectures", architecture());
        keys.only("hidden_act", "silu");
        keys.only("attention_dropout", 0);
        keys.only("partial_rotary_factor", 1);
        Llama model = declare(keys);
        keys.finish();
        return model;
    }

    static LlamaConfig sizes(ConfigKeys keys, int keyValueHeads, int window) {
        int dim = keys.integer("hidden_size");
        int heads = keys.integer("num_attention_heads");
        RopeKeys rope = RopeKeys.of(keys);
        return new LlamaConfig(
                dim,
                keys.integer("num_hidden_layers"),
                heads,
                keyValueHeads,
                keys.isMissing("head_dim") ? headSize(dim, heads) : keys.integer("head_dim"),
                keys.integer("intermediate_size"),
                keys.integer("vocab_size"),
                keys.integer("max_position_embeddings"),
                keys.number("rms_norm_eps"),
                rope.theta(),
                rope.scaling(),
                keys.flag("tie_word_embeddings", false),
                window);
    }

    private static int headSize(int dim, int heads) {
        if (heads < 1 || dim % heads != 0) {
            throw QuipuException.of(
                    "\"num_attention_heads\" to divide \"hidden_size\" " + dim,
                    String.valueOf(heads),
                    "config.json",
                    "\"head_dim\" gives heads another size");
        }
        return dim / heads;
    }

    /** Only what reads back as the same declaration is of this family: a variant of a user's own is not. */
    @Override
    public final Optional<Map<String, Object>> write(Model model) {
        if (!(model instanceof Llama llama)) {
            return Optional.empty();
        }
        Map<String, Object> keys = new LinkedHashMap<>();
        LlamaConfig config = llama.config();
        keys.put("architectures", List.of(architecture()));
        keys.put("model_type", modelType());
        keys.put("hidden_size", config.dim());
        keys.put("num_hidden_layers", config.layers());
        keys.put("num_attention_heads", config.heads());
        keys.put("num_key_value_heads", config.keyValueHeads());
        keys.put("head_dim", config.headSize());
        keys.put("intermediate_size", config.hidden());
        keys.put("vocab_size", config.vocabulary());
        keys.put("max_position_embeddings", config.context());
        keys.put("rms_norm_eps", config.normEpsilon());
        keys.put("rope_theta", config.ropeTheta());
        RopeKeys.write(config.ropeScaling(), keys);
        keys.put("hidden_act", "silu");
        keys.put("tie_word_embeddings", config.tied());
        writeOwn(config, keys);
        return Declarations.same(llama, read(keys)) ? Optional.of(keys) : Optional.empty();
    }

    @Override
    public final Map<String, String> tensorNames(Model model) {
        Map<String, String> names = new LinkedHashMap<>();
        Trace.parameters(model).keySet().forEach(path -> names.put(path, TensorNames.of(path)));
        return names;
    }

    /** The output projection where it is the embedding's table, and RoPE's frequencies, which early files hold. */
    @Override
    public final boolean isSpare(Model model, String tensorName) {
        return (tensorName.equals(OUTPUT) && !tensorNames(model).containsValue(OUTPUT))
                || tensorName.endsWith(".rotary_emb.inv_freq");
    }
}
