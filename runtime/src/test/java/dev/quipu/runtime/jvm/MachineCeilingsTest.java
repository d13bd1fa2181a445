package dev.quipu.runtime.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineCeilingsTest {
    /** A ceiling is what the machine did most of the time: no single moment, fast or slow, counts. */
    @Test
    void aCeilingIsTheMedianOfItsMeasurements() {
        assertEquals(5, MachineCeilings.median(List.of(5.0)));
        assertEquals(5, MachineCeilings.median(List.of(5.0, 4.0)));
        assertEquals(5, MachineCeilings.median(List.of(9.0, 1.0, 5.0)));
        assertEquals(5, MachineCeilings.median(List.of(5.0, 100.0, 5.0, 1.0, 4.0)));
    }
}
