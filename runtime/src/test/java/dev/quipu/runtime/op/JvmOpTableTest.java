package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.reference.Array;
import dev.quipu.runtime.jvm.JvmDevice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table on the jvm device: near the reference, and bitwise the same whoever computes it how often. */
class JvmOpTableTest {
    /** Largest noise of an element, as a multiple of the noise's root mean square in the tensor. */
    private static final double NOISE = 10;

    private static JvmDevice alone;
    private static JvmDevice together;

    @BeforeAll
    static void open() {
        alone = new JvmDevice(1);
        together = new JvmDevice(2);
    }

    @AfterAll
    static void close() {
        alone.close();
        together.close();
    }

    static List<OpRow> rows() {
        return OpTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void forwardIsNearTheReference(OpRow row) {
        check(row.forward(), row.accuracy());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void gradientsAreNearTheReference(OpRow row) {
        row.gradient().ifPresent(example -> check(example, Accuracy.OF_SUMS));
    }

    private static void check(Example example, Accuracy accuracy) {
        Example.Outcome found = reproducible(example);
        Example.Outcome expected = example.interpret();
        Map<String, Double> noise = accuracy.equals(Accuracy.EXACT) ? Map.of() : RoundingNoise.of(example, expected);
        compare(expected.results(), found.results(), accuracy, noise);
        compare(expected.state(), found.state(), accuracy, noise);
    }

    /** What one worker and two leave, each several times. */
    private static Example.Outcome reproducible(Example example) {
        List<Example.Outcome> byOne = DeviceRun.of(example, alone, 1);
        List<Example.Outcome> byTwo = DeviceRun.of(example, together, 2);
        same(byTwo.get(0).results(), byTwo.get(1).results(), "the second run");
        same(byTwo.get(0).state(), byTwo.get(1).state(), "the second run");
        same(byTwo.get(0).results(), byOne.get(0).results(), "one worker");
        same(byTwo.get(0).state(), byOne.get(0).state(), "one worker");
        return byOne.getFirst();
    }

    private static void same(Map<String, Array> expected, Map<String, Array> found, String which) {
        expected.forEach((name, array) ->
                assertTrue(array.sameBits(found.get(name)), () -> which + " gives other bits of " + name));
    }

    private static void compare(
            Map<String, Array> expected, Map<String, Array> found, Accuracy accuracy, Map<String, Double> noise) {
        found.forEach((name, array) -> {
            double more = NOISE * noise.getOrDefault(name, 0.0);
            assertEquals("", accuracy.complaint(expected.get(name), array, more), name);
        });
    }
}
