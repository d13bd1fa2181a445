package dev.quipu.runtime.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.Compiler;
import dev.quipu.dsl.Model;
import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.Traced;
import dev.quipu.runtime.device.Device;
import dev.quipu.runtime.device.Executable;
import dev.quipu.runtime.device.State;
import dev.quipu.runtime.golden.GoldenModel;
import dev.quipu.runtime.jvm.JvmDevice;
import dev.quipu.runtime.model.ModelSource;
import dev.quipu.runtime.reference.ReferenceDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cache against the full forward pass. */
class DecoderTest {
    private static final double TOLERANCE = 1e-5;
    private static final int LENGTH = 90;

    /** Model, device, and how many of the tokens are read at once before the others come one by one. */
    static Stream<Arguments> cases() {
        Stream<Arguments> all = GoldenModel.FOLDERS.stream().map(folder -> Arguments.of(folder, "jvm", 40));
        return Stream.concat(
                all,
                Stream.of(
                        Arguments.of("llama-tiny", "jvm", 20),
                        Arguments.of("llama-tiny", "jvm", 75),
                        Arguments.of("llama-tiny", "reference", 75)));
    }

    @ParameterizedTest(name = "{0} on {1}, prompt of {2}")
    @MethodSource("cases")
    void theCacheChangesNothing(String folder, String deviceName, int prompt) {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open(folder).folder().toString());
        int length = deviceName.equals("jvm") ? LENGTH : prompt + 2;
        int[] tokens = tokens(length, source.model().vocabularySize());
        try (Device device = deviceName.equals("jvm") ? new JvmDevice() : new ReferenceDevice();
                State state = source.loadWeights();
                Decoder decoder = new Decoder(Compiler.verifying(), source.model(), state, device)) {
            float[][] expected = full(source.model(), state, device, tokens);
            float[][] found = new float[length][];
            Decoder.Row keep =
                    (sequence, position, logits, offset) -> found[position] = row(logits, offset, source.model());

            decoder.read(List.of(Arrays.copyOf(tokens, prompt)), keep);
            for (int i = prompt; i < length; i++) {
                decoder.read(List.of(new int[] {tokens[i]}), keep);
            }

            for (int i = 0; i < length; i++) {
                assertNear(i, expected[i], found[i]);
            }
        }
    }

    /** Sequences of other lengths that read in turns, or wait, find the logits that each finds alone. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("folders")
    void sequencesOfABatchDoNotSeeEachOther(String folder) {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open(folder).folder().toString());
        int[] tokens = tokens(LENGTH, source.model().vocabularySize());
        int[][] reads = {{40, 0, 1, 1, 3}, {3, 30, 1, 0, 20}, {0, 0, 17, 1, 1}};
        try (Device device = new JvmDevice();
                State state = source.loadWeights();
                Decoder decoder = new Decoder(Compiler.verifying(), source.model(), state, device, reads.length)) {
            float[][] expected = full(source.model(), state, device, tokens);
            for (int step = 0; step < reads[0].length; step++) {
                List<int[]> next = new ArrayList<>();
                for (int sequence = 0; sequence < reads.length; sequence++) {
                    int from = decoder.position(sequence);
                    next.add(Arrays.copyOfRange(tokens, from, from + reads[sequence][step]));
                }
                int[] seen = new int[reads.length];
                decoder.read(next, (sequence, position, logits, offset) -> {
                    seen[sequence]++;
                    assertNear(position, expected[position], row(logits, offset, source.model()));
                });
                for (int sequence = 0; sequence < reads.length; sequence++) {
                    assertEquals(reads[sequence][step], seen[sequence]);
                }
            }
        }
    }

    /** A prompt shows each sequence's last logits alone, wherever in a chunk they are. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("folders")
    void aPromptsLastLogitsNeedNoOthers(String folder) {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open(folder).folder().toString());
        int[] tokens = tokens(LENGTH, source.model().vocabularySize());
        int[][] reads = {{40, 0, 1, 2}, {3, 30, 1, 0}, {0, 0, 17, 1}};
        try (Device device = new JvmDevice();
                State state = source.loadWeights();
                Decoder decoder = new Decoder(Compiler.verifying(), source.model(), state, device, reads.length)) {
            float[][] expected = full(source.model(), state, device, tokens);
            for (int step = 0; step < reads[0].length; step++) {
                List<int[]> next = new ArrayList<>();
                Map<Integer, Integer> ends = new HashMap<>();
                for (int sequence = 0; sequence < reads.length; sequence++) {
                    int from = decoder.position(sequence);
                    int end = from + reads[sequence][step];
                    next.add(Arrays.copyOfRange(tokens, from, end));
                    if (end > from) {
                        ends.put(sequence, end - 1);
                    }
                }
                Map<Integer, Integer> seen = new HashMap<>();
                decoder.readToLast(next, (sequence, position, logits, offset) -> {
                    assertNull(seen.put(sequence, position));
                    assertNear(position, expected[position], row(logits, offset, source.model()));
                });
                assertEquals(ends, seen);
                ends.forEach((sequence, end) -> assertEquals(end + 1, decoder.position(sequence)));
            }
        }
    }

    static List<String> folders() {
        return GoldenModel.FOLDERS;
    }

    private static int[] tokens(int length, int vocabulary) {
        SplittableRandom random = new SplittableRandom(3);
        return random.ints(length, 0, vocabulary).toArray();
    }

    private static float[][] full(Model model, State state, Device device, int[] tokens) {
        try (Executable program =
                device.load(Compiler.verifying().logits(model, 1, tokens.length).scheduled(), state)) {
            program.input(Traced.TOKENS).setInts(0, tokens);
            program.run();
            MemorySegment logits = program.result(Traced.LOGITS).segment();
            float[][] rows = new float[tokens.length][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = row(logits, (long) i * model.vocabularySize() * Float.BYTES, model);
            }
            return rows;
        }
    }

    private static float[] row(MemorySegment logits, long offset, Model model) {
        return logits.asSlice(offset, (long) model.vocabularySize() * Float.BYTES)
                .toArray(ValueLayout.JAVA_FLOAT);
    }

    private static void assertNear(int position, float[] expected, float[] found) {
        double squares = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow((double) found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        double relative = Math.sqrt(squares / norm);
        assertTrue(relative <= TOLERANCE, () -> "position " + position + ": " + relative);
        int best = likeliest(expected, -1);
        double gap = expected[best] - expected[likeliest(expected, best)];
        if (gap > TOLERANCE * Math.sqrt(norm)) {
            assertEquals(best, likeliest(found, -1), "greedy token at position " + position);
        }
    }

    private static int likeliest(float[] logits, int except) {
        int best = except == 0 ? 1 : 0;
        for (int i = 0; i < logits.length; i++) {
            if (i != except && logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    @Test
    void aNewSequenceSeesNothingOfTheLast() {
        ModelSource source =
                ModelSource.withWeights(GoldenModel.open("llama-tiny").folder().toString());
        try (Device device = new JvmDevice();
                State state = source.loadWeights();
                Decoder decoder = new Decoder(Compiler.verifying(), source.model(), state, device)) {
            List<float[]> rows = new ArrayList<>();
            Decoder.Row keep = (sequence, position, logits, offset) -> rows.add(row(logits, offset, source.model()));
            int[] tokens = tokens(12, source.model().vocabularySize());
            decoder.read(List.of(tokens), keep);
            decoder.rewind(0, 0);
            decoder.read(
                    List.of(tokens(30, source.model().vocabularySize())), (sequence, position, logits, offset) -> {});
            decoder.rewind(0, 0);
            decoder.read(List.of(tokens), keep);

            for (int i = 0; i < tokens.length; i++) {
                assertEquals(Arrays.toString(rows.get(i)), Arrays.toString(rows.get(i + tokens.length)));
            }
        }
    }

    @Test
    void theContextEnds() {
        ModelSource source = ModelSource.of("llama-tiny");
        try (State state = new State();
                Decoder decoder = new Decoder(Compiler.verifying(), source.model(), state, new ReferenceDevice())) {
            QuipuException mistake = assertThrows(
                    QuipuException.class,
                    () -> decoder.read(List.of(new int[129]), (sequence, position, logits, offset) -> {}));

            assertEquals(
                    "text: expected at most 128 tokens, what is left of the model's context, found 129 tokens; shorten"
                            + " it",
                    mistake.getMessage());
        }
    }
}
