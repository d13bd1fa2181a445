package dev.quipu.runtime.sampling;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.catalog.NearestNames;
import java.util.Arrays;
import java.util.Locale;

/** Which sampler chooses tokens. */
public enum SamplingRule {
    /** Quipu's own: probabilities in double precision, all filters, random numbers of L64X128MixRandom. */
    QUIPU,

    /**
     * That of llama2.c (run.c), to reproduce its texts: 32-bit arithmetic in its order, random numbers of xorshift64*, temperature
     * and top-p only.
     */
    LLAMA2C;

    /**
     * A rule by its name in lower case.
     *
     * @throws QuipuException for another name
     */
    public static SamplingRule named(String name) {
        return Arrays.stream(values())
                .filter(rule -> rule.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> NearestNames.unknown(
                        "a sampler",
                        name,
                        Arrays.stream(values()).map(SamplingRule::toString).toList()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
