package dev.quipu.runtime.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.DType;
import dev.quipu.dsl.QuipuException;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchesTest {
    private static final int SEQUENCE = 4;
    private static final int BATCH = 3;

    @TempDir
    Path folder;

    private final Arena arena = Arena.ofConfined();
    private final Buffer inputs = Buffer.allocate(arena, DType.I32, BATCH * SEQUENCE);
    private final Buffer targets = Buffer.allocate(arena, DType.I32, BATCH * SEQUENCE);
    private final BatchBuffers buffers = new BatchBuffers(inputs, targets, Optional.empty());
    private TokenFile tokens;

    /** Tokens 1 to 100, each once, and the end of the text. */
    @BeforeEach
    void openTokens() throws IOException {
        StringBuilder text = new StringBuilder();
        for (char c = 1; c <= 100; c++) {
            text.append(c);
        }
        Path file = Files.writeString(folder.resolve("text"), text);
        tokens = new TokenCache(folder).tokens(TextFiles.of(List.of(file)), new ByteTokenizer());
    }

    @AfterEach
    void close() {
        tokens.close();
        arena.close();
    }

    private Batches batches(TokenRange range, long seed, StreamPosition start) {
        return new Batches(new TextWindows(tokens, range, SEQUENCE), BATCH, seed, start);
    }

    private List<Integer> next(Batches batches) {
        batches.next(buffers);
        List<Integer> firsts = new ArrayList<>();
        for (int row = 0; row < BATCH; row++) {
            firsts.add(inputs.getInt((long) row * SEQUENCE));
        }
        return firsts;
    }

    @Test
    void rowsAreRunsOfTheTextAndTargetsAreOneFurther() {
        Batches batches = batches(tokens.all(), 1, StreamPosition.START);
        for (int i = 0; i < 20; i++) {
            next(batches);
            for (int element = 0; element < BATCH * SEQUENCE; element++) {
                int input = inputs.getInt(element);
                int following = input == 100 ? 257 : input + 1;
                assertEquals(following, targets.getInt(element));
                assertTrue(element % SEQUENCE == 0 || inputs.getInt(element - 1) + 1 == input);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 101, 25", "10, 34, 5", "50, 63, 3"})
    void anEpochHasEveryWindowOnceWithinTheRange(long from, long to, int windows) {
        Batches batches = batches(new TokenRange(from, to), 7, StreamPosition.START);
        assertEquals(windows, batches.rowsPerEpoch());
        List<Integer> firsts = new ArrayList<>();
        while (firsts.size() < 6 * windows) {
            firsts.addAll(next(batches));
        }
        for (int epoch = 0; epoch < 5; epoch++) {
            List<Integer> sorted = firsts.subList(epoch * windows, (epoch + 1) * windows).stream()
                    .sorted()
                    .toList();
            assertTrue(sorted.getFirst() >= from + 1 && sorted.getLast() + SEQUENCE <= to, sorted.toString());
            for (int i = 1; i < windows; i++) {
                assertEquals(sorted.get(i - 1) + SEQUENCE, sorted.get(i));
            }
        }
    }

    @Test
    void theSeedAndTheEpochDecideTheOrder() {
        TokenRange all = tokens.all();
        assertEquals(next(batches(all, 1, StreamPosition.START)), next(batches(all, 1, StreamPosition.START)));
        assertNotEquals(next(batches(all, 1, StreamPosition.START)), next(batches(all, 2, StreamPosition.START)));
        assertNotEquals(next(batches(all, 1, StreamPosition.START)), next(batches(all, 1, new StreamPosition(1, 0))));
    }

    @Test
    void goesOnExactlyWhereItStopped() {
        Batches whole = batches(tokens.all(), 3, StreamPosition.START);
        for (int i = 0; i < 30; i++) {
            StreamPosition here = whole.position();
            assertEquals(next(whole), next(batches(tokens.all(), 3, here)), here.toString());
        }
        assertThrows(QuipuException.class, () -> batches(tokens.all(), 3, new StreamPosition(0, 26)));
    }

    @Test
    void validationIsTheSameEveryTimeAndCoversTheRange() {
        TokenRange range = new TokenRange(40, 101);
        ValidationBatches validation = new ValidationBatches(new TextWindows(tokens, range, SEQUENCE), BATCH, 100);
        assertEquals(5, validation.count());
        Set<Integer> seen = new HashSet<>();
        for (int batch = 0; batch < validation.count(); batch++) {
            validation.fill(batch, buffers);
            int[] first = inputs.toInts();
            for (int token : first) {
                assertTrue(token >= 41 && seen.add(token), "token " + token + " comes once");
            }
            validation.fill(batch, buffers);
            assertArrayEquals(first, inputs.toInts());
        }
        assertTrue(seen.contains(41) && seen.contains(100));
    }

    @Test
    void validationOfAShortRangeOverlapsAndOfALongOneIsLimited() {
        ValidationBatches overlapping =
                new ValidationBatches(new TextWindows(tokens, new TokenRange(10, 15), SEQUENCE), BATCH, 4);
        assertEquals(1, overlapping.count());
        overlapping.fill(0, buffers);
        assertArrayEquals(new int[] {11, 12, 13, 14, 11, 12, 13, 14, 11, 12, 13, 14}, inputs.toInts());
        assertEquals(2, new ValidationBatches(new TextWindows(tokens, tokens.all(), SEQUENCE), BATCH, 2).count());
    }

    @Test
    void theTailIsHeldOut() {
        DataSplit split = DataSplit.of(tokens, "text", SEQUENCE, 0.1);
        assertEquals(new TokenRange(0, 91), split.training());
        assertEquals(new TokenRange(91, 101), split.validation().orElseThrow());
        assertEquals(
                5,
                DataSplit.of(tokens, "text", 4, 0.001)
                        .validation()
                        .orElseThrow()
                        .length());
        assertFalse(DataSplit.of(tokens, "text", 60, 0.1).validation().isPresent());
        assertFalse(DataSplit.of(tokens, "text", 4, 0).validation().isPresent());
        assertEquals(tokens.all(), DataSplit.of(tokens, "text", 100, 0.1).training());
    }

    @Test
    void refusesATextShorterThanAWindow() {
        String message = assertThrows(QuipuException.class, () -> DataSplit.of(tokens, "the text", 101, 0.1))
                .getMessage();
        assertEquals(
                "the text: expected at least 102 tokens, one window of sequence length 101, found 101 tokens;"
                        + " give more text or a smaller --seq",
                message);
    }

    @Test
    void unigramEntropyIsThatOfTheFrequencies() {
        assertEquals(Math.log(101), TokenStatistics.unigramEntropy(tokens, tokens.all()), 1e-12);
        assertEquals(0, TokenStatistics.unigramEntropy(tokens, new TokenRange(5, 6)));
    }

    @Test
    void permutationsAreOneToOneAndDiffer() {
        for (long size : new long[] {1, 2, 3, 4, 5, 16, 17, 1000}) {
            for (long seed = 0; seed < 5; seed++) {
                Permutation permutation = new Permutation(size, seed);
                long[] image = LongStream.range(0, size)
                        .map(permutation::apply)
                        .sorted()
                        .toArray();
                assertArrayEquals(LongStream.range(0, size).toArray(), image, permutation.toString());
            }
        }
        Permutation large = new Permutation(1L << 61, 1);
        assertNotEquals(large.apply(5), new Permutation(1L << 61, 2).apply(5));
        assertTrue(large.apply((1L << 61) - 1) < 1L << 61);
    }
}
