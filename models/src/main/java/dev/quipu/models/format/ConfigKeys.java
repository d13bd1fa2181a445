package dev.quipu.models.format;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.DescribedWeights;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keys of one {@code config.json}. It remembers which were asked for, so that {@link #finish} can refuse the rest: a key
 * that nobody asked for may change what the model computes.
 */
final class ConfigKeys {
    /** Keys that change nothing in what the model computes: about files, tokenizers, first values and other programs. */
    private static final Set<String> HARMLESS = Set.of(
            "_name_or_path",
            "_attn_implementation_autoset",
            "transformers_version",
            "torch_dtype",
            "dtype",
            "use_cache",
            "initializer_range",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "max_sequence_length",
            "model_max_length",
            "tokenizer_class",
            "sep_token_id",
            "decoder_start_token_id",
            "return_dict",
            "output_attentions",
            "output_hidden_states",
            "torchscript",
            "use_bfloat16",
            "problem_type",
            "finetuning_task",
            "id2label",
            "label2id",
            "unsloth_version",
            "unsloth_fixed",
            "transformers.js_config",
            "chunk_size_feed_forward",
            "do_sample",
            "temperature",
            "top_k",
            "top_p",
            "typical_p",
            "repetition_penalty",
            "max_length",
            "min_length",
            "num_beams");

    private final String where;
    private final Map<String, Object> values;
    private final Set<String> open;

    ConfigKeys(String where, Map<String, Object> values) {
        this.where = where;
        this.values = values;
        this.open = new TreeSet<>(values.keySet());
        open.removeAll(HARMLESS);
    }

    boolean isMissing(String key) {
        return values.get(key) == null;
    }

    int integer(String key) {
        require(key);
        return integer(key, 0);
    }

    /** A missing or null key has the fallback's value. */
    int integer(String key, int fallback) {
        return switch (value(key)) {
            case null -> fallback;
            case Integer integer -> integer;
            case Long integer when (int) (long) integer == integer -> (int) (long) integer;
            case Object other -> throw wrong(key, "an integer", other);
        };
    }

    /**
     * A number of layers that a file with these tensors can have: a damaged one would make a model that fits no memory.
     *
     * @param pattern the name of a tensor of a layer, with %d for the layer
     */
    int layers(String key, String pattern, DescribedWeights weights) {
        int layers = integer(key);
        String last = String.format(Locale.ROOT, pattern, layers - 1L);
        if (!weights.shapes().containsKey(last)) {
            throw wrong(key, "a number of layers whose last has a tensor " + last, layers);
        }
        return layers;
    }

    double number(String key) {
        require(key);
        return number(key, 0);
    }

    /** A missing or null key has the fallback's value. */
    double number(String key, double fallback) {
        return switch (value(key)) {
            case null -> fallback;
            case Float number ->
                Double.parseDouble(number.toString()); // the number that was meant: 1e-5, not 9.999999747e-6
            case Number number -> number.doubleValue();
            case Object other -> throw wrong(key, "a number", other);
        };
    }

    String text(String key) {
        require(key);
        if (value(key) instanceof String text) {
            return text;
        }
        throw wrong(key, "a name", values.get(key));
    }

    /** For messages. */
    String where() {
        return where;
    }

    /** A missing or null key has the fallback's value. */
    boolean flag(String key, boolean fallback) {
        return switch (value(key)) {
            case null -> fallback;
            case Boolean flag -> flag;
            case Object other -> throw wrong(key, "true or false", other);
        };
    }

    /** A key that may be missing, null, or one value: all that is supported. */
    void only(String key, Object supported) {
        Object value = value(key);
        if (value != null && !same(value, supported)) {
            throw wrong(key, supported + ", all that is supported", value);
        }
    }

    private static boolean same(Object value, Object supported) {
        return (value instanceof Number number && supported instanceof Number wanted)
                ? number.doubleValue() == wanted.doubleValue()
                : supported.equals(value);
    }

    /** A key that may be missing, null, or a list of nothing but one value. */
    void onlyAll(String key, String supported) {
        Object value = value(key);
        if (value != null && !(value instanceof List<?> list && list.stream().allMatch(supported::equals))) {
            throw wrong(key, "a list of nothing but \"" + supported + "\"", value);
        }
    }

    /** A key that has no meaning here, whatever its value. */
    void ignore(String key) {
        open.remove(key);
    }

    /** The keys of a nested object; none when it is missing or null. */
    ConfigKeys object(String key) {
        return switch (value(key)) {
            case null -> new ConfigKeys(where + ", " + key, Map.of());
            case Map<?, ?> map -> {
                Map<String, Object> nested = new HashMap<>();
                map.forEach((name, value) -> nested.put(String.valueOf(name), value));
                yield new ConfigKeys(where + ", " + key, nested);
            }
            case Object other -> throw wrong(key, "an object", other);
        };
    }

    /** Refuses what nobody asked for, except nulls. */
    void finish() {
        for (String key : open) {
            if (values.get(key) != null) {
                throw QuipuException.of(
                        "keys that are known and supported",
                        "\"" + key + "\": " + values.get(key),
                        where,
                        "remove it only if it changes nothing in what the model computes");
            }
        }
    }

    /** A tensor's size as a number that a model can have. */
    static int size(long size, String where) {
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw QuipuException.of("1 to " + Integer.MAX_VALUE + " rows", Long.toString(size), where, "");
        }
        return (int) size;
    }

    private void require(String key) {
        if (isMissing(key)) {
            throw QuipuException.of("the key \"" + key + "\"", "none", where, "");
        }
    }

    private Object value(String key) {
        open.remove(key);
        return values.get(key);
    }

    private QuipuException wrong(String key, String expected, Object found) {
        return QuipuException.of("\"" + key + "\" to be " + expected, String.valueOf(found), where, "");
    }
}
