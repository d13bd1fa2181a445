package dev.quipu.models.format;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.op.RopeScaling;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a configuration says about RoPE. Until transformers 5 {@code rope_theta} and {@code rope_scaling} stand side by side;
 * since then both are {@code rope_parameters}.
 *
 * @param theta base of the frequencies, 10,000 where none is given
 */
record RopeKeys(double theta, RopeScaling scaling) {
    private static final String TYPE = "rope_type";
    private static final String OLD_TYPE = "type";
    private static final String PLAIN = "default";
    private static final String LLAMA3 = "llama3";

    static RopeKeys of(ConfigKeys keys) {
        double usual = keys.number("rope_theta", 1e4);
        if (!keys.isMissing("rope_parameters")) {
            ConfigKeys parameters = keys.object("rope_parameters");
            double theta = parameters.number("rope_theta", usual);
            return new RopeKeys(theta, scaling(parameters));
        }
        keys.ignore("rope_parameters");
        return new RopeKeys(
                usual, keys.isMissing("rope_scaling") ? RopeScaling.NONE : scaling(keys.object("rope_scaling")));
    }

    private static RopeScaling scaling(ConfigKeys keys) {
        String type = keys.isMissing(TYPE) && !keys.isMissing(OLD_TYPE)
                ? keys.text(OLD_TYPE)
                : keys.isMissing(TYPE) ? PLAIN : keys.text(TYPE);
        keys.ignore(TYPE);
        keys.ignore(OLD_TYPE); // files for old and new readers have both
        RopeScaling scaling = switch (type) {
            case PLAIN -> RopeScaling.NONE;
            case LLAMA3 ->
                new RopeScaling(
                        keys.number("factor"),
                        keys.number("low_freq_factor"),
                        keys.number("high_freq_factor"),
                        keys.number("original_max_position_embeddings"));
            default ->
                throw QuipuException.of(
                        "\"" + TYPE + "\" to be " + PLAIN + " or " + LLAMA3 + ", all that is supported",
                        type,
                        keys.where(),
                        "");
        };
        keys.finish();
        return scaling;
    }

    /** The scaling as readers of every version know it; nothing where there is none. */
    static void write(RopeScaling scaling, Map<String, Object> keys) {
        if (scaling.equals(RopeScaling.NONE)) {
            return;
        }
        Map<String, Object> written = new LinkedHashMap<>();
        written.put(TYPE, LLAMA3);
        written.put("factor", scaling.factor());
        written.put("low_freq_factor", scaling.lowFrequency());
        written.put("high_freq_factor", scaling.highFrequency());
        written.put("original_max_position_embeddings", Math.round(scaling.originalLength()));
        keys.put("rope_scaling", written);
    }
}
