package dev.quipu.runtime.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against tokens that NumPy chose in 32-bit floats by the same rule; whole texts are held to llama2.c's own elsewhere. */
class Llama2cSamplerTest {
    private static final int VOCABULARY = 50;

    @ParameterizedTest(name = "seed {0}, temperature {1}, top-p {2}")
    @CsvSource({
        "42, 1, 1, 19 42 42 49 39 46 12 23 19 35 23 19",
        "42, 1, 0.95, 19 27 27 35 27 12 34 4 19 8 4 19",
        "42, 1, 0.9, 19 42 42 16 42 27 34 4 19 23 4 19",
        "7, 0.8, 0.9, 8 12 49 49 19 19 42 49 19 8 38 23",
        "99, 0.5, 0.5, 49 19 19 19 34 34 49 19 34 49 49 34",
        "-3, 1.5, 0.99, 48 49 12 49 19 19 34 4 32 40 23 34",
        "1, 0, 0.9, 49 49 49 49 49 49 49 49 49 49 49 49",
        "1099511627777, 1, 0.0001, 49 49 49 49 49 49 49 49 49 49 49 49"
    })
    void choosesAsLlama2cDoes(long seed, double temperature, double topP, String expected) {
        float[] logits = new float[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            logits[i] = (i * 7919 % 64 - 32) / 8f;
        }
        Sampler sampler =
                Sampler.of(new SamplingOptions(SamplingRule.LLAMA2C, temperature, 0, topP, 0, 1), VOCABULARY, seed);
        String found = IntStream.range(0, 12)
                .mapToObj(i -> Integer.toString(sampler.sample(logits)))
                .collect(Collectors.joining(" "));

        assertEquals(expected, found);
    }

    @ParameterizedTest
    @CsvSource({"5, 0, 1", "0, 0.1, 1", "0, 0, 1.1"})
    void filtersThatLlama2cLacksAreRefused(int topK, double minP, double penalty) {
        assertThrows(QuipuException.class, () -> new SamplingOptions(SamplingRule.LLAMA2C, 1, topK, 1, minP, penalty));
    }

    @Test
    void aSeedOfZeroIsRefused() {
        SamplingOptions options = new SamplingOptions(SamplingRule.LLAMA2C, 1, 0, 1, 0, 1);

        assertThrows(QuipuException.class, () -> Sampler.of(options, 5, 0));
    }

    @Test
    void otherNamesOfSamplersAreRefused() {
        assertEquals(SamplingRule.LLAMA2C, SamplingRule.named("llama2c"));
        assertThrows(QuipuException.class, () -> SamplingRule.named("llama3c"));
    }

    @Test
    void logitsMustBeFinite() {
        Sampler sampler = Sampler.of(new SamplingOptions(SamplingRule.LLAMA2C, 1, 0, 1, 0, 1), 2, 1);

        assertThrows(QuipuException.class, () -> sampler.sample(new float[] {1, Float.NaN}));
    }
}
