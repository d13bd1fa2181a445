package dev.quipu.models.format;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Trace;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.TensorPlace;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What LLaMA, Mistral, Qwen2 and Qwen3 have in common. Hugging Face's files of all of them have RoPE's pairs half a head apart,
 * as they are here; other conventions have them side by side.
 */
abstract class LlamaLikeFormat implements ModelFormat {
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

    /** The family's name in GGUF files. */
    String ggufArchitecture() {
        return modelType();
    }

    /** Whether GGUF files of the family have rotary pairs side by side. */
    boolean isInterleavedInGguf() {
        return false;
    }

    @Override
    public final Map<String, TensorPlace> places(Model model, Convention convention) {
        LlamaConfig config = ((Llama) model).config();
        Map<String, TensorPlace> places = new LinkedHashMap<>();
        for (String path : Trace.parameters(model).keySet()) {
            Optional<String> name = TensorNames.of(path, convention);
            if (name.isEmpty()) {
                return Map.of();
            }
            places.put(path, new TensorPlace(name.get(), interleavedHeads(path, convention, config)));
        }
        return places;
    }

    private int interleavedHeads(String path, Convention convention, LlamaConfig config) {
        boolean interleaved = switch (convention) {
            case HUGGING_FACE -> false;
            case META -> true;
            case GGUF -> isInterleavedInGguf();
        };
        if (!interleaved) {
            return 0;
        }
        return path.contains(".attention.wq.")
                ? config.heads()
                : path.contains(".attention.wk.") ? config.keyValueHeads() : 0;
    }

    /** The output projection where it is the embedding's table, and RoPE's frequencies, which some files hold. */
    @Override
    public final boolean isSpare(Model model, Convention convention, String tensorName) {
        Map<String, TensorPlace> places = places(model, convention);
        String output = TensorNames.of("output.weight", convention).orElseThrow();
        return (tensorName.equals(output) && !places.containsKey("output.weight"))
                || tensorName.endsWith("rotary_emb.inv_freq")
                || tensorName.equals("rope.freqs")
                || tensorName.equals(GgufKeys.FACTORS);
    }

    @Override
    public final Optional<Map<String, Object>> config(Convention convention, DescribedWeights weights) {
        return switch (convention) {
            case HUGGING_FACE -> Optional.empty(); // its configuration is a file of its own
            case META -> metaConfig(weights);
            case GGUF ->
                weights.metadata().get(GgufKeys.ARCHITECTURE) instanceof String architecture
                                && architecture.equals(ggufArchitecture())
                        ? Optional.of(GgufKeys.read(architecture, modelType(), weights))
                        : Optional.empty();
        };
    }

    /** What Meta's own files say; they are of one family only. */
    Optional<Map<String, Object>> metaConfig(DescribedWeights weights) {
        return Optional.empty();
    }

    @Override
    public final Optional<Map<String, Object>> metadata(Convention convention, Model model) {
        LlamaConfig config = ((Llama) model).config();
        return switch (convention) {
            case HUGGING_FACE -> Optional.empty();
            case META ->
                MetaKeys.canWrite(config) && modelType().equals("llama")
                        ? Optional.of(MetaKeys.write(config))
                        : Optional.empty();
            case GGUF ->
                GgufKeys.canWrite(config) ? Optional.of(GgufKeys.write(ggufArchitecture(), config)) : Optional.empty();
        };
    }

    @Override
    public final Map<String, float[]> tables(Convention convention, Model model) {
        LlamaConfig config = ((Llama) model).config();
        boolean scaled = !config.ropeScaling().equals(RopeScaling.NONE);
        return convention == Convention.GGUF && scaled
                ? Map.of(
                        GgufKeys.FACTORS, GgufKeys.factors(config.ropeTheta(), config.headSize(), config.ropeScaling()))
                : Map.of();
    }
}
