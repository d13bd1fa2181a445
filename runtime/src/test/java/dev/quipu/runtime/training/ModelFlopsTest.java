package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.tuning.Freezing;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModelFlopsTest {
    private static final int LAYERS = 3;
    private static final int CHANNELS = 16;
    private static final int HIDDEN = 24;
    private static final int VOCABULARY = 50;

    /** Embeddings are looked up, and norms are no products: they do not count. */
    private static final int WEIGHTS =
            LAYERS * (4 * CHANNELS * CHANNELS + 3 * CHANNELS * HIDDEN) + VOCABULARY * CHANNELS;

    @Test
    void isSixPerWeightAndTwelvePerChannelAndKey() {
        Llama model = Llama.of(LlamaConfig.of(CHANNELS, LAYERS, 2, HIDDEN, VOCABULARY, 64));
        for (int sequence : new int[] {1, 7, 64}) {
            double keys = (sequence + 1) / 2.0;
            assertEquals(6 * WEIGHTS + 12 * LAYERS * CHANNELS * keys, ModelFlops.perToken(model, sequence), 1e-6);
        }
    }

    @Test
    void aWindowBoundsTheKeys() {
        int window = 4;
        int sequence = 10;
        LlamaConfig config =
                new LlamaConfig(CHANNELS, LAYERS, 2, 2, CHANNELS / 2, HIDDEN, VOCABULARY, 64, 1e-5, 1e4, false, window);
        double keys = (1 + 2 + 3 + 7 * window) / (double) sequence;
        assertEquals(
                6 * WEIGHTS + 12 * LAYERS * CHANNELS * keys, ModelFlops.perToken(Llama.of(config), sequence), 1e-6);
    }

    /** Frozen weights have no products of their own; below the lowest trained parameter there is no backward pass. */
    @Test
    void frozenWeightsCostTheirForwardAndTheirInputsGradient() {
        Llama model = Llama.of(LlamaConfig.of(CHANNELS, LAYERS, 2, HIDDEN, VOCABULARY, 64));
        double all = ModelFlops.perToken(model, 7);
        int output = VOCABULARY * CHANNELS;
        assertEquals(all - 2 * output, ModelFlops.perToken(frozen(model, "output.weight"), 7), 1e-6);
        assertEquals(
                2 * (WEIGHTS - output) + 4 * LAYERS * CHANNELS * 4.0 + 2 * 2 * output,
                ModelFlops.perToken(frozen(model, "embedding.*", "layers.*", "norm.*"), 7),
                1e-6);
    }

    private static Llama frozen(Llama model, String... names) {
        return Freezing.matching(model, Arrays.stream(names).map(Glob::new).toList());
    }
}
