package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.compiler.precision.WeightStorage;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.golden.SharedData;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.reference.ReferenceDevice;
import dev.quipu.runtime.tokenizer.Tokenizer;
import dev.quipu.runtime.tornado.EmulatorDevice;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights in fewer bits: how far they are from f32, and that devices agree about them. */
class StoredWeightsTest {
    private static final String STORY =
            "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she"
                    + " saw a big, red ball. She wanted to play with it, but it was too high. Lily's mom said, \"Lily,"
                    + " let's go to the park.\" Lily was sad and did not know what to do.";

    private static final int PROMPT = 37;

    static Stream<Arguments> goldenModels() {
        return GoldenModel.FOLDERS.stream()
                .flatMap(folder -> Stream.of(
                        Arguments.of(folder, WeightStorage.BF16, 2e-2),
                        Arguments.of(folder, WeightStorage.INT8, 5e-2)));
    }

    /** A prompt at once, then token by token. */
    private static List<float[]> logits(ModelSource source, WeightStorage storage, Device device) {
        Compiler compiler = Compiler.verifying().storing(storage);
        List<float[]> rows = new ArrayList<>();
        Decoder.Row keep = (sequence, position, logits, offset) ->
                rows.add(logits.asSlice(offset, (long) source.model().vocabularySize() * Float.BYTES)
                        .toArray(ValueLayout.JAVA_FLOAT));
        int[] tokens = new SplittableRandom(5)
                .ints(PROMPT + 3, 0, source.model().vocabularySize())
                .toArray();
        try (State state = source.loadWeights(compiler);
                Decoder decoder = new Decoder(compiler, source.model(), state, device)) {
            decoder.read(List.of(Arrays.copyOf(tokens, PROMPT)), keep);
            for (int i = PROMPT; i < tokens.length; i++) {
                decoder.read(List.of(new int[] {tokens[i]}), keep);
            }
        }
        return rows;
    }

    private static double difference(List<float[]> expected, List<float[]> found) {
        double squares = 0;
        double norm = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int j = 0; j < expected.get(i).length; j++) {
                squares += Math.pow((double) found.get(i)[j] - expected.get(i)[j], 2);
                norm += Math.pow(expected.get(i)[j], 2);
            }
        }
        return Math.sqrt(squares / norm);
    }

    @ParameterizedTest(name = "{0} in {1}")
    @MethodSource("goldenModels")
    void logitsStayNear(String folder, WeightStorage storage, double tolerance) {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open(folder).folder().toString());
        try (Device device = new JvmDevice()) {
            double difference = difference(logits(source, WeightStorage.F32, device), logits(source, storage, device));
            assertTrue(difference > 0 && difference < tolerance, "difference " + difference);
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16", "INT8"})
    void theReferenceSeesTheSameNumbers(WeightStorage storage) {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open("llama-tiny").folder().toString());
        try (Device device = new JvmDevice();
                Device reference = new ReferenceDevice()) {
            double difference = difference(logits(source, storage, reference), logits(source, storage, device));
            assertTrue(difference < 1e-5, "difference " + difference);
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16, 0.55", "INT8, 0.36"})
    void aStoryCostsTheSameWithinAPercentInLessMemory(WeightStorage storage, double memory) {
        ModelSource source = ModelSource.withWeights(
                SharedData.of("data/weights/stories260K/stories260K.bin").toString());
        Tokenizer tokenizer = Tokenizer.of(SharedData.of("data/weights/stories260K/tok512.bin"));
        try (Device device = new JvmDevice()) {
            double exact = perplexity(source, tokenizer, WeightStorage.F32, device);
            assertEquals(exact, perplexity(source, tokenizer, storage, device), 0.01 * exact);
        }
        try (State all = source.loadWeights();
                State less = source.loadWeights(Compiler.verifying().storing(storage))) {
            assertTrue(less.bytes() < memory * all.bytes(), less.bytes() + " of " + all.bytes());
        }
    }

    private static double perplexity(ModelSource source, Tokenizer tokenizer, WeightStorage storage, Device device) {
        Compiler compiler = Compiler.verifying().storing(storage);
        try (State state = source.loadWeights(compiler);
                Decoder decoder = new Decoder(compiler, source.model(), state, device);
                Scorer scorer = new Scorer(source.model(), tokenizer, decoder, 0)) {
            return scorer.score(STORY).total().perplexity();
        }
    }

    @Test
    void devicesThatDoNotReadThemRefuse() {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open("llama-tiny").folder().toString());
        try (Device device = new EmulatorDevice()) {
            QuipuException refusal =
                    assertThrows(QuipuException.class, () -> logits(source, WeightStorage.INT8, device));
            assertEquals(
                    "--weights: expected f32, found int8; the emulator device reads no other", refusal.getMessage());
        }
    }
}
