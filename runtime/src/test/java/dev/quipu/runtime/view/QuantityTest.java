package dev.quipu.runtime.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({"0, 0 FLOP", "999, 999 FLOP", "1000, 1.00 kFLOP", "21500000, 21.5 MFLOP", "6.5e12, 6.50 TFLOP"})
    void operationsCountInThousands(double flops, String text) {
        assertEquals(text, Quantity.flops(flops));
    }

    @ParameterizedTest
    @CsvSource({"1023, 1023 B", "1024, 1.00 KiB", "67108864, 64.0 MiB", "13476000000, 12.6 GiB"})
    void bytesCountInPowersOfTwo(double bytes, String text) {
        assertEquals(text, Quantity.bytes(bytes));
    }
}
