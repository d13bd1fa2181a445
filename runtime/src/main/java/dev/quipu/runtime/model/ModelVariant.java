package dev.quipu.runtime.model;

import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.ModelFormat;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model with other sizes: what its family's configuration says of it, with some keys changed, declared anew. */
final class ModelVariant {
    /** A key beside the configuration's: {@code hidden_size}, and in proportion all that is as wide. */
    static final String WIDTH = "width";

    private static final String CHANNELS = "hidden_size";

    /** Heads keep their size, so that there are more of them. */
    private static final List<String> IN_PROPORTION =
            List.of("intermediate_size", "num_attention_heads", "num_key_value_heads");

    private final Map<String, Object> config;

    private ModelVariant(Map<String, Object> config) {
        this.config = config;
    }

    /**
     * Declares the variant.
     *
     * @param values by key: {@value #WIDTH}, or a key of the family's {@code config.json} whose value is a number or a flag
     * @throws QuipuException if a key is unknown or a value does not fit, and if the model's family has no configurations
     */
    static Model of(Model model, Map<String, String> values) {
        ModelFormat format = ModelFormat.of(model)
                .orElseThrow(() -> QuipuException.of(
                        "a model of a family that configurations describe",
                        model.getClass().getName(),
                        String.join(", ", values.keySet()),
                        "its declaration says how large it is"));
        ModelVariant variant =
                new ModelVariant(new LinkedHashMap<>(format.write(model).orElseThrow()));
        values.forEach(variant::set);
        return format.read(variant.config);
    }

    private void set(String key, String value) {
        if (key.equals(WIDTH)) {
            setWidth((Integer) parsed(key, value, config.get(CHANNELS)));
            return;
        }
        if (!isSize(config.get(key))) {
            List<String> known = new ArrayList<>(List.of(WIDTH));
            config.keySet().stream().filter(name -> isSize(config.get(name))).forEach(known::add);
            throw NearestNames.unknown("batch, seq, or a number in the model's configuration", key, known);
        }
        config.put(key, parsed(key, value, config.get(key)));
    }

    private static boolean isSize(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    private static Object parsed(String key, String value, Object present) {
        try {
            return switch (present) {
                case Integer number -> Integer.valueOf(value);
                case Number number -> Double.valueOf(value);
                case Object flag -> flag(key, value);
            };
        } catch (NumberFormatException e) {
            throw new QuipuException(key + ": expected a number like " + present + ", found " + value, e);
        }
    }

    private static Boolean flag(String key, String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw QuipuException.of("true or false", value, key, "");
        }
        return Boolean.valueOf(value);
    }

    private void setWidth(int width) {
        int present = (Integer) config.get(CHANNELS);
        config.put(CHANNELS, width);
        for (String key : IN_PROPORTION) {
            long scaled = (long) width * (Integer) config.get(key);
            if (width < 1 || scaled % present != 0) {
                throw QuipuException.of(
                        "a part or a multiple of " + present + " that leaves \"" + key + "\" " + config.get(key)
                                + " whole",
                        Integer.toString(width),
                        WIDTH,
                        "");
            }
            config.put(key, Math.toIntExact(scaled / present));
        }
    }
}
