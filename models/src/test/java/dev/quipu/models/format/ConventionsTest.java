package dev.quipu.models.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.Convention;
import dev.quipu.dsl.catalog.DescribedWeights;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.TensorPlace;
import dev.quipu.dsl.op.RopeScaling;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.models.Qwen2;
import dev.quipu.models.Qwen3;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConventionsTest {
    private static final RopeScaling SCALING = new RopeScaling(8, 1, 4, 8192);

    @ParameterizedTest
    @CsvSource({
        "META, embedding.weight,                   tok_embeddings.weight,           0",
        "META, norm.weight,                        norm.weight,                     0",
        "META, output.weight,                      output.weight,                   0",
        "META, layers.1.attentionNorm.weight,      layers.1.attention_norm.weight,  0",
        "META, layers.1.attention.wq.weight,       layers.1.attention.wq.weight,    6",
        "META, layers.1.attention.wk.weight,       layers.1.attention.wk.weight,    2",
        "META, layers.1.attention.wv.weight,       layers.1.attention.wv.weight,    0",
        "META, layers.1.attention.wo.weight,       layers.1.attention.wo.weight,    0",
        "META, layers.1.feedForwardNorm.weight,    layers.1.ffn_norm.weight,        0",
        "META, layers.1.feedForward.gate.weight,   layers.1.feed_forward.w1.weight, 0",
        "META, layers.1.feedForward.down.weight,   layers.1.feed_forward.w2.weight, 0",
        "META, layers.1.feedForward.up.weight,     layers.1.feed_forward.w3.weight, 0",
        "GGUF, embedding.weight,                   token_embd.weight,               0",
        "GGUF, norm.weight,                        output_norm.weight,              0",
        "GGUF, output.weight,                      output.weight,                   0",
        "GGUF, layers.1.attentionNorm.weight,      blk.1.attn_norm.weight,          0",
        "GGUF, layers.1.attention.wq.weight,       blk.1.attn_q.weight,             6",
        "GGUF, layers.1.attention.wk.weight,       blk.1.attn_k.weight,             2",
        "GGUF, layers.1.attention.wo.weight,       blk.1.attn_output.weight,        0",
        "GGUF, layers.1.feedForwardNorm.weight,    blk.1.ffn_norm.weight,           0",
        "GGUF, layers.1.feedForward.gate.weight,   blk.1.ffn_gate.weight,           0",
        "GGUF, layers.1.feedForward.down.weight,   blk.1.ffn_down.weight,           0",
        "GGUF, layers.1.feedForward.up.weight,     blk.1.ffn_up.weight,             0",
    })
    void llamaLies(Convention convention, String path, String name, int heads) {
        Map<String, TensorPlace> places = format("llama").places(Llama.of(config(RopeScaling.NONE)), convention);
        assertEquals(new TensorPlace(name, heads), places.get(path));
    }

    @Test
    void qwenIsNotInterleavedInGgufAndUnknownToMeta() {
        Llama qwen2 = Qwen2.of(config(RopeScaling.NONE));
        assertEquals(
                TensorPlace.of("blk.0.attn_q.bias"),
                format("qwen2").places(qwen2, Convention.GGUF).get("layers.0.attention.wq.bias"));
        Llama qwen3 = Qwen3.of(config(RopeScaling.NONE));
        assertEquals(
                TensorPlace.of("blk.0.attn_q_norm.weight"),
                format("qwen3").places(qwen3, Convention.GGUF).get("layers.0.attention.queryNorm.weight"));
        assertEquals(Map.of(), format("qwen3").places(qwen3, Convention.META));
        assertEquals(Optional.empty(), format("qwen2").metadata(Convention.META, qwen2));
    }

    /** What is written reads back as the same declaration, RoPE's scaling through GGUF's table of factors too. */
    @ParameterizedTest
    @CsvSource({"META, llama", "GGUF, llama", "GGUF, qwen2", "GGUF, qwen3"})
    void metadataReadBack(Convention convention, String type) {
        for (RopeScaling scaling : List.of(RopeScaling.NONE, SCALING)) {
            Llama model = model(type, config(scaling));
            Described described = Described.of(convention, type, model);
            Llama read = (Llama)
                    format(type).read(format(type).config(convention, described).orElseThrow());
            assertTrue(Declarations.same(model, read), read.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        llama.rope.scaling.type | linear | "llama.rope.scaling.type" to be none, all that is supported, found linear
        llama.expert_count | 8 | "llama.expert_count" to be 0, all that is supported, found 8
        llama.rope.dimension_count | 4 | "llama.rope.dimension_count" to be 8, all that is supported, found 4
        llama.attention.value_length | 4 | "llama.attention.value_length" to be 8, all that is supported, found 4
        llama.attention.sliding_window | 4 | keys that are known and supported, found "llama.attention.sliding_window": 4
        llama.block_count | 3 | "llama.block_count" to be a number of layers whose last has a tensor blk.2.attn_norm.weight, found 3
        llama.block_count | 2000000000 | "llama.block_count" to be a number of layers whose last has a tensor blk.1999999999.attn_norm.weight, found 2000000000
        llama.block_count | 0 | "llama.block_count" to be a number of layers whose last has a tensor blk.-1.attn_norm.weight, found 0
        split.count | 2 | "split.count" to be 1, all that is supported, found 2
        """)
    void ggufKeysThatChangeTheMathematicsAreRefused(String key, String value, String message) {
        Described described = Described.of(Convention.GGUF, "llama", model("llama", config(RopeScaling.NONE)));
        Object parsed = value.matches("\\d+") ? Integer.valueOf(value) : value;
        described.metadata().put(key, parsed);
        String found = assertThrows(QuipuException.class, () -> format("llama").config(Convention.GGUF, described))
                .getMessage();
        assertTrue(found.startsWith("a file: expected " + message), found);
    }

    /** A damaged size costs no memory: the file's own factors are counted before any are made. */
    @Test
    void factorsOfAnotherHeadSizeAreRefused() {
        for (int headSize : new int[] {Integer.MAX_VALUE, -8, 0}) {
            Described described = Described.of(Convention.GGUF, "llama", model("llama", config(SCALING)));
            described.metadata().put("llama.attention.key_length", headSize);
            String found = assertThrows(
                            QuipuException.class, () -> format("llama").config(Convention.GGUF, described))
                    .getMessage();
            assertTrue(found.startsWith("a file: tensor rope_freqs.weight: expected the factors"), found);
        }
    }

    @Test
    void metaLayersWithoutTensorsAreRefused() {
        Described described = Described.of(Convention.META, "llama", model("llama", config(RopeScaling.NONE)));
        described.metadata().put("n_layers", 1_000_000_000);
        String found = assertThrows(QuipuException.class, () -> format("llama").config(Convention.META, described))
                .getMessage();
        assertTrue(found.contains("a tensor layers.999999999.attention_norm.weight"), found);
    }

    @Test
    void otherFactorsOfRopeAreRefused() {
        Described described = Described.of(Convention.GGUF, "llama", model("llama", config(SCALING)));
        described.tables().get("rope_freqs.weight")[1] *= 1.01f;
        String found = assertThrows(QuipuException.class, () -> format("llama").config(Convention.GGUF, described))
                .getMessage();
        assertTrue(found.startsWith("a file: tensor rope_freqs.weight: expected the factors of Llama 3.1's"), found);
    }

    private static ModelFormat format(String type) {
        return ModelFormat.named(type);
    }

    private static Llama model(String type, LlamaConfig config) {
        return switch (type) {
            case "llama" -> Llama.of(config);
            case "qwen2" -> Qwen2.of(config);
            case "qwen3" -> Qwen3.of(config);
            default -> throw new AssertionError(type);
        };
    }

    private static LlamaConfig config(RopeScaling scaling) {
        boolean tied = scaling.equals(SCALING); // one of each kind
        return new LlamaConfig(48, 2, 6, 2, 8, 72, 99, 32, 1e-5, 5e5, scaling, tied, 0);
    }

    /** A file as a model would be written. */
    private record Described(
            String file, Map<String, Object> metadata, Map<String, List<Long>> shapes, Map<String, float[]> tables)
            implements DescribedWeights {
        static Described of(Convention convention, String type, Llama model) {
            ModelFormat format = format(type);
            Map<String, List<Long>> shapes = new HashMap<>();
            format.places(model, convention).forEach((path, place) -> {
                LlamaConfig config = model.config();
                long rows = path.contains("gate") ? config.hidden() : config.vocabulary();
                shapes.put(place.name(), List.of(rows, (long) config.dim()));
            });
            Map<String, float[]> tables = format.tables(convention, model);
            tables.forEach((name, values) -> shapes.put(name, List.of((long) values.length)));
            return new Described(
                    "a file", new HashMap<>(format.metadata(convention, model).orElseThrow()), shapes, tables);
        }

        @Override
        public float[] values(String tensor) {
            return tables.get(tensor);
        }
    }
}
