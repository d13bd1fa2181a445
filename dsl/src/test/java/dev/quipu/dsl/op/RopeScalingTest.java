package dev.quipu.dsl.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quipu.dsl.QuipuException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RopeScalingTest {
    private static final RopeScaling LLAMA = new RopeScaling(8, 1, 4, 8192);

    /** Turns of a frequency in the original length, and what is left of the frequency. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0.125", // a wave longer than the original length
        "1,   0.125",
        "2.5, 0.5625", // half way: (1/8 + 1) / 2
        "4,   1",
        "40,  1",
    })
    void wavesBecomeLongerAsFarAsTheyAreLong(double turns, double left) {
        double frequency = turns * 2 * Math.PI / 8192;
        assertEquals(left, LLAMA.scaled(frequency) / frequency, 1e-12);
    }

    @Test
    void noneChangesNothing() {
        assertEquals(0.3, RopeScaling.NONE.scaled(0.3));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1, 4, 8192", "8, 4, 4, 8192", "8, 0, 4, 8192", "8, 1, 4, 0", "1, 1, 4, 0"})
    void whatMakesNoSenseIsRefused(double factor, double low, double high, double length) {
        assertThrows(QuipuException.class, () -> new RopeScaling(factor, low, high, length));
    }
}
