package dev.quipu.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.layer.Linear;
import dev.quipu.dsl.layer.RmsNorm;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.models.Qwen2;
import dev.quipu.models.Qwen3;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class LlamaLikeFormatTest {
    private static final LlamaConfig PLAIN = config(false, 0);

    /** Every key that the published files of the families have, at values that are supported. */
    private static final String FULL = """
        {"architectures": ["%2$s"], "model_type": "%1$s", "attention_dropout": 0.0, "bos_token_id": 1,
         "eos_token_id": [1, 2], "pad_token_id": null, "head_dim": 10, "hidden_act": "silu", "hidden_size": 48,
         "initializer_range": 0.02, "intermediate_size": 72, "max_position_embeddings": 32,
         "num_attention_heads": 6, "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
         "rope_scaling": null, "rope_theta": 500000, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
         "transformers_version": "4.40.0", "use_cache": true, "vocab_size": 99, "_name_or_path": "here"%3$s}
        """;

    private static final String LLAMA_KEYS = ", \"attention_bias\": false, \"mlp_bias\": false, \"pretraining_tp\": 1";
    private static final String QWEN_KEYS = ", \"use_sliding_window\": false, \"sliding_window\": 9,"
            + " \"max_window_layers\": 1, \"layer_types\": [\"full_attention\", \"full_attention\"]";

    private static final Map<String, String> FILES = Map.of(
            "llama", FULL.formatted("llama", "LlamaForCausalLM", LLAMA_KEYS),
            "mistral", FULL.formatted("mistral", "MistralForCausalLM", ", \"sliding_window\": 7"),
            "qwen2", FULL.formatted("qwen2", "Qwen2ForCausalLM", QWEN_KEYS),
            "qwen3", FULL.formatted("qwen3", "Qwen3ForCausalLM", QWEN_KEYS + ", \"attention_bias\": false"));

    private static final Map<String, Llama> MODELS = Map.of(
            "llama", Llama.of(PLAIN),
            "mistral", Llama.of(config(false, 7)),
            "qwen2", Qwen2.of(PLAIN),
            "qwen3", Qwen3.of(PLAIN));

    @ParameterizedTest
    @CsvSource({"llama", "mistral", "qwen2", "qwen3"})
    void publishedFilesAreRead(String type) {
        Llama read = (Llama) ModelFormat.named(type).read(file(type));
        assertTrue(Declarations.same(MODELS.get(type), read), read.toString());
    }

    @ParameterizedTest
    @CsvSource({"llama", "mistral", "qwen2", "qwen3"})
    void eachModelIsWrittenAsItsOwnFamily(String type) {
        ModelFormat format = ModelFormat.of(MODELS.get(type)).orElseThrow();
        assertEquals(type, format.modelType());
        Map<String, Object> written = format.write(MODELS.get(type)).orElseThrow();
        assertTrue(Declarations.same(MODELS.get(type), (Llama) format.read(written)));
    }

    @Test
    void laterRopeParametersAreRead() {
        Map<String, Object> file = file("llama");
        file.remove("rope_theta");
        assertEquals(1e4, theta(file));
        file.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", 5e5));
        assertEquals(5e5, theta(file));
        file.put("rope_parameters", Map.of("rope_type", "yarn", "rope_theta", 5e5));
        assertMistake(
                "config.json, rope_parameters: expected \"rope_type\" to be default or llama3, all that is supported,"
                        + " found yarn",
                "llama",
                file);
    }

    @Test
    void scalingOfLlama3IsReadFromBothPlacesAndWritten() {
        RopeScaling scaling = new RopeScaling(8, 1, 4, 8192);
        Map<String, Object> keys = Map.of(
                "rope_type", "llama3",
                "factor", 8.0,
                "low_freq_factor", 1.0,
                "high_freq_factor", 4.0,
                "original_max_position_embeddings", 8192);
        for (String place : List.of("rope_scaling", "rope_parameters")) {
            Map<String, Object> file = file("llama");
            file.put(place, keys);
            Llama model = (Llama) ModelFormat.named("llama").read(file);
            assertEquals(scaling, model.config().ropeScaling());
            Map<String, Object> written =
                    ModelFormat.named("llama").write(model).orElseThrow();
            assertTrue(
                    Declarations.same(model, (Llama) ModelFormat.named("llama").read(written)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type": "linear", "factor": 2}      | "rope_type" to be default or llama3, all that is supported, found linear
        {"rope_type": "dynamic", "factor": 2} | "rope_type" to be default or llama3, all that is supported, found dynamic
        {"rope_type": "yarn", "factor": 2}   | "rope_type" to be default or llama3, all that is supported, found yarn
        {"rope_type": "longrope"}            | "rope_type" to be default or llama3, all that is supported, found longrope
        {"factor": 8}                        | keys that are known and supported, found "factor": 8
        {"rope_type": "llama3", "factor": 8} | the key "low_freq_factor", found none
        """)
    void otherScalingIsRefusedByName(String scaling, String message) {
        Map<String, Object> file = file("llama");
        file.putAll(parse("{\"rope_scaling\": " + scaling + "}"));
        assertMistake("config.json, rope_scaling: expected " + message, "llama", file);
    }

    @Test
    void aVariantIsOfNoFamily() {
        LlamaConfig config = PLAIN;
        Llama plain = Llama.of(config);
        Llama.Block block = plain.layers().getFirst();
        Llama.Block noFeedForward =
                new Llama.Block(block.attentionNorm(), block.attention(), block.feedForwardNorm(), block.attention());
        Llama.Block otherEpsilon = new Llama.Block(
                RmsNorm.of(config.channelDim(), 0.1f), block.attention(), block.feedForwardNorm(), block.feedForward());
        Linear biased = Linear.withBias(config.channelDim(), config.vocabularyDim(), 0.02);
        List<Llama> variants = List.of(
                new Llama(config, plain.embedding(), List.of(block, noFeedForward), plain.norm(), plain.output()),
                new Llama(config, plain.embedding(), List.of(block, otherEpsilon), plain.norm(), plain.output()),
                new Llama(config, plain.embedding(), List.of(block, block), plain.norm(), plain.output()),
                new Llama(config, plain.embedding(), List.of(block), plain.norm(), plain.output()),
                new Llama(config, plain.embedding(), plain.layers(), plain.norm(), biased),
                Qwen2.of(config(false, 7)));
        for (Llama variant : variants) {
            assertEquals(Optional.empty(), ModelFormat.of(variant).map(ModelFormat::modelType));
        }
    }

    /** Shapes cannot tell gate from up or one norm from the other, so the pairs are spelt out. */
    @ParameterizedTest
    @CsvSource({
        "embedding.weight, model.embed_tokens.weight",
        "layers.1.attentionNorm.weight, model.layers.1.input_layernorm.weight",
        "layers.1.attention.wq.weight, model.layers.1.self_attn.q_proj.weight",
        "layers.1.attention.wk.weight, model.layers.1.self_attn.k_proj.weight",
        "layers.1.attention.wv.weight, model.layers.1.self_attn.v_proj.weight",
        "layers.1.attention.wo.weight, model.layers.1.self_attn.o_proj.weight",
        "layers.1.feedForwardNorm.weight, model.layers.1.post_attention_layernorm.weight",
        "layers.1.feedForward.gate.weight, model.layers.1.mlp.gate_proj.weight",
        "layers.1.feedForward.up.weight, model.layers.1.mlp.up_proj.weight",
        "layers.1.feedForward.down.weight, model.layers.1.mlp.down_proj.weight",
        "norm.weight, model.norm.weight",
        "output.weight, lm_head.weight"
    })
    void tensorNames(String path, String name) {
        assertEquals(
                name,
                ModelFormat.named("llama").tensorNames(MODELS.get("llama")).get(path));
    }

    @Test
    void namesOfBiasesAndNorms() {
        assertEquals(Set.of("self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"), added("qwen2"));
        assertEquals(Set.of("self_attn.q_norm.weight", "self_attn.k_norm.weight"), added("qwen3"));
        assertEquals(
                "model.layers.0.self_attn.q_norm.weight",
                ModelFormat.named("qwen3").tensorNames(MODELS.get("qwen3")).get("layers.0.attention.queryNorm.weight"));
    }

    @Test
    void spareTensors() {
        ModelFormat format = ModelFormat.named("llama");
        Llama untied = Llama.of(PLAIN);
        Llama tied = Llama.of(config(true, 0));
        assertFalse(format.isSpare(untied, Convention.HUGGING_FACE, "lm_head.weight"));
        assertTrue(format.isSpare(tied, Convention.HUGGING_FACE, "lm_head.weight"));
        assertTrue(format.isSpare(untied, Convention.HUGGING_FACE, "model.layers.0.self_attn.rotary_emb.inv_freq"));
        assertFalse(format.isSpare(untied, Convention.HUGGING_FACE, "model.layers.0.self_attn.q_proj.bias"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        llama   | {"hidden_size": null}              | the key "hidden_size", found none
        llama   | {"rms_norm_eps": null}             | the key "rms_norm_eps", found none
        mistral | {"num_key_value_heads": null}      | the key "num_key_value_heads", found none
        qwen3   | {"head_dim": null}                 | the key "head_dim", found none
        llama   | {"hidden_size": "64"}              | "hidden_size" to be an integer, found 64
        llama   | {"hidden_size": 64.5}              | "hidden_size" to be an integer, found 64.5
        llama   | {"rope_theta": "big"}              | "rope_theta" to be a number, found big
        llama   | {"tie_word_embeddings": 1}         | "tie_word_embeddings" to be true or false, found 1
        llama   | {"head_dim": null, "hidden_size": 50} | "num_attention_heads" to divide "hidden_size" 50, found 6
        llama   | {"model_type": "qwen2"}            | "model_type" to be llama, all that is supported, found qwen2
        llama   | {"architectures": ["LlamaModel"]}  | "architectures" to be a list of nothing but "LlamaForCausalLM", found [LlamaModel]
        llama   | {"hidden_act": "gelu"}             | "hidden_act" to be silu, all that is supported, found gelu
        llama   | {"attention_bias": true}           | "attention_bias" to be false, all that is supported, found true
        llama   | {"mlp_bias": true}                 | "mlp_bias" to be false, all that is supported, found true
        llama   | {"pretraining_tp": 2}              | "pretraining_tp" to be 1, all that is supported, found 2
        llama   | {"attention_dropout": 0.1}         | "attention_dropout" to be 0, all that is supported, found 0.1
        llama   | {"partial_rotary_factor": 0.5}     | "partial_rotary_factor" to be 1, all that is supported, found 0.5
        llama   | {"sliding_window": 7}              | keys that are known and supported, found "sliding_window": 7
        qwen2   | {"use_sliding_window": true}       | "use_sliding_window" to be false, all that is supported, found true
        qwen3   | {"layer_types": ["sliding_attention"]} | "layer_types" to be a list of nothing but "full_attention", found [sliding_attention]
        llama   | {"quantization_config": {"bits": 4}} | keys that are known and supported, found "quantization_config": {bits=4}
        """)
    void whatIsNotSupportedIsRefusedByName(String type, String change, String message) {
        Map<String, Object> file = file(type);
        file.putAll(parse(change));
        assertMistake("config.json: expected " + message, type, file);
    }

    @Test
    void anUnknownTypeGetsTheKnownOnes() {
        QuipuException mistake = assertThrows(QuipuException.class, () -> ModelFormat.named("gemma"));
        assertEquals(
                "expected a supported model_type, found 'gemma'; known are llama, mistral, qwen2, qwen3",
                mistake.getMessage());
    }

    private static void assertMistake(String start, String type, Map<String, Object> file) {
        String message = assertThrows(
                        QuipuException.class, () -> ModelFormat.named(type).read(file))
                .getMessage();
        assertTrue(message.startsWith(start), message);
    }

    private static double theta(Map<String, Object> file) {
        return ((Llama) ModelFormat.named("llama").read(file)).config().ropeTheta();
    }

    /** The first layer's tensor names that a plain LLaMA lacks. */
    private static Set<String> added(String type) {
        Llama model = MODELS.get(type);
        Set<String> names =
                new TreeSet<>(ModelFormat.named(type).tensorNames(model).values());
        names.removeAll(
                ModelFormat.named("llama").tensorNames(MODELS.get("llama")).values());
        Set<String> first = new TreeSet<>();
        String prefix = "model.layers.0.";
        names.stream()
                .filter(name -> name.startsWith(prefix))
                .forEach(name -> first.add(name.substring(prefix.length())));
        return first;
    }

    private static LlamaConfig config(boolean tied, int window) {
        return new LlamaConfig(48, 2, 6, 2, 10, 72, 99, 32, 1e-6, 5e5, tied, window);
    }

    private static Map<String, Object> file(String type) {
        return parse(FILES.get(type));
    }

    private static Map<String, Object> parse(String json) {
        return new HashMap<>(JsonMapper.shared().readValue(json, new TypeReference<Map<String, Object>>() {}));
    }
}
