package dev.quipu.runtime.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DifferenceTest {
    @Test
    void isTheNormOfTheDifferenceOverTheNorm() {
        Difference difference = Difference.of("x", new float[] {3, 4}, new float[] {3, 4.5f});

        assertEquals(0.1, difference.relative(), 1e-12);
        assertTrue(difference.isWithin(0.11));
        assertFalse(difference.isWithin(0.09));
    }

    @Test
    void zerosAreComparedAbsolutely() {
        assertEquals(0, Difference.of("x", new float[2], new float[2]).relative());
        assertEquals(2, Difference.of("x", new float[2], new float[] {0, 2}).relative());
    }

    @Test
    void whatIsNotFiniteIsNeverWithin() {
        assertFalse(Difference.of("x", new float[] {1}, new float[] {Float.NaN}).isWithin(1e9));
        assertFalse(Difference.of("x", new float[] {1}, new float[] {Float.POSITIVE_INFINITY})
                .isWithin(1e9));
    }
}
