package dev.quipu.runtime.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.catalog.Glob;
import dev.quipu.dsl.tuning.Freezing;
import dev.quipu.models.Llama;
import dev.quipu.models.LlamaConfig;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** As many as when each document is a row of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void documentsThatDoNotSeeEachOtherCostWhatEachCostsAlone(int window) {
        int[] documents = {5, 1, 3, 9, 2, 6, 8, 2};
        int sequence = 18;
        Llama model = Llama.of(new LlamaConfig(
                CHANNELS, LAYERS, 2, 2, CHANNELS / 2, HIDDEN, VOCABULARY, 64, 1e-5, 1e4, false, window));
        double expected = 0;
        try (Arena arena = Arena.ofConfined()) {
            Buffer starts = Buffer.allocate(arena, DType.I32, 2L * sequence);
            int place = 0;
            for (int document : documents) {
                expected += document * ModelFlops.perToken(model, document);
                for (int i = 0; i < document; i++) {
                    starts.setInt(place + i, place % sequence);
                }
                place += document;
            }
            assertEquals(2 * sequence, place);
            assertEquals(expected, ModelFlops.of(model, sequence).ofSeparate(starts), 1e-6);
        }
    }

    private static Llama frozen(Llama model, String... names) {
        return Freezing.matching(model, Arrays.stream(names).map(Glob::new).toList());
    }
}
