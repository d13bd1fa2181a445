package dev.quipu.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BFloat16Test {
    @ParameterizedTest
    @CsvSource({
        "00000000, 0000",
        "80000000, 8000",
        "3F800000, 3F80",
        "3F808000, 3F80", // half way, and even below
        "3F808001, 3F81",
        "3F818000, 3F82", // half way, and even above
        "3F817FFF, 3F81",
        "BF818000, BF82",
        "00008000, 0000", // the smallest numbers are rounded like the others
        "00018000, 0002",
        "3FFF8000, 4000", // into the next power of two
        "7F7F7FFF, 7F7F",
        "7F7F8000, 7F80", // beyond the largest
        "7F800000, 7F80",
        "FF800000, FF80",
        "7F800001, 7FC0", // not a number by its lowest bit alone
        "FFFFFFFF, FFFF",
    })
    void roundsToTheNearestAndTiesToEven(String number, String expected) {
        short bits = BFloat16.bits(Float.intBitsToFloat(Integer.parseUnsignedInt(number, 16)));
        assertEquals(expected, "%04X".formatted(bits));
    }

    @Test
    void everyNumberIsItself() {
        for (int bits = 0; bits < 1 << Short.SIZE; bits++) {
            float value = BFloat16.value((short) bits);
            if (!Float.isNaN(value)) {
                assertEquals((short) bits, BFloat16.bits(value), "bits " + bits);
            }
        }
    }

    @Test
    void noOtherNumberIsNearer() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt() & 0xBFFFFFFF); // below 2
            short bits = BFloat16.bits(value);
            double distance = Math.abs((double) value - BFloat16.value(bits));
            double above = Math.abs((double) value - BFloat16.value((short) (bits + 1)));
            assertTrue(distance <= above, () -> value + " is nearer to the number above");
            if ((bits & 0x7FFF) != 0) {
                double below = Math.abs((double) value - BFloat16.value((short) (bits - 1)));
                assertTrue(distance <= below, () -> value + " is nearer to the number below");
            }
        }
    }
}
