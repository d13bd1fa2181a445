package dev.quipu.runtime.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reader of the table, for about a second; {@link Fuzz} can run for longer. */
class FuzzTest {
    private static final int COUNT = 20_000;
    private static final int SECONDS = 1;

    private volatile byte[] waste;

    static List<FuzzRow> rows() {
        return FuzzTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void damagedInputsAreReadOrRefused(FuzzRow row) {
        Fuzz.Outcome outcome = Fuzz.run(row, 0, COUNT, SECONDS);
        assertTrue(outcome.refused() > 0, outcome.toString());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void seedsAreValid(FuzzRow row) {
        row.seeds().forEach(row.reader());
    }

    private static Fuzz.Outcome fuzz(Consumer<byte[]> reader) {
        return Fuzz.run(new FuzzRow("test", List.of(new byte[40], new byte[3]), reader), 5, 10, 60);
    }

    @Test
    void findsWhatReadersMustNotDo() {
        assertThrows(
                AssertionError.class,
                () -> fuzz(input -> {
                    throw new IllegalStateException();
                }));
        assertThrows(
                AssertionError.class,
                () -> fuzz(input -> {
                    throw new QuipuException(FuzzRow.FILE + "\nsecond line");
                }));
        assertThrows(
                AssertionError.class,
                () -> fuzz(input -> {
                    throw new QuipuException("no name");
                }));
        assertThrows(AssertionError.class, () -> fuzz(input -> waste = new byte[100_000_000]));
        assertEquals(
                10,
                fuzz(input -> {
                            throw new QuipuException(FuzzRow.FILE);
                        })
                        .refused());
    }

    @Test
    void anInputIsGivenByItsNumber() {
        List<byte[]> seeds = List.of(new byte[100], new byte[1]);
        for (int number = 0; number < 1000; number++) {
            assertArrayEquals(Mutation.of(seeds, number), Mutation.of(seeds, number));
        }
    }
}
