package dev.quipu.runtime.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.compiler.reference.Array;
import java.util.Map;

/** Compares what runs of an example left. */
final class Outcomes {
    /** Largest noise of an element, as a multiple of the noise's root mean square in the tensor. */
    private static final double NOISE = 10;

    private Outcomes() {}

    static void assertSame(Example.Outcome expected, Example.Outcome found, String which) {
        same(expected.results(), found.results(), which);
        same(expected.state(), found.state(), which);
    }

    private static void same(Map<String, Array> expected, Map<String, Array> found, String which) {
        expected.forEach((name, array) ->
                assertTrue(array.sameBits(found.get(name)), () -> which + " gives other bits of " + name));
    }

    static void assertNearReference(Example example, Example.Outcome found, Accuracy accuracy) {
        Example.Outcome expected = example.interpret();
        Map<String, Double> noise = accuracy.equals(Accuracy.EXACT) ? Map.of() : RoundingNoise.of(example, expected);
        near(expected.results(), found.results(), accuracy, noise);
        near(expected.state(), found.state(), accuracy, noise);
    }

    private static void near(
            Map<String, Array> expected, Map<String, Array> found, Accuracy accuracy, Map<String, Double> noise) {
        found.forEach((name, array) -> {
            double more = NOISE * noise.getOrDefault(name, 0.0);
            assertEquals("", accuracy.complaint(expected.get(name), array, more), name);
        });
    }
}
