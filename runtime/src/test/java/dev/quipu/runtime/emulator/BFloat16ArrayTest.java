package dev.quipu.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quipu.runtime.emulator.api.types.BFloat16;
import dev.quipu.runtime.emulator.api.types.arrays.BFloat16Array;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BFloat16ArrayTest {
    /** 1.00390625 and 1.01171875 lie in the middle between two numbers. */
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.00390625, 1",
        "1.01171875, 1.015625",
        "1.004, 1.0078125",
        "-3.0e38, -3.0040553e38",
        "1e39, Infinity"
    })
    void tiesGoToEven(float value, float rounded) {
        assertEquals(rounded, BFloat16.bf16ToFloat(BFloat16.bf16FromFloat(value)));
    }

    @Test
    void elementsTravelToTheDeviceAndBack() {
        BFloat16Array host = new BFloat16Array(3);
        host.set(1, BFloat16.bf16FromFloat(-2.5f));
        DeviceArray device = DeviceArray.of(host);
        device.copyFrom(host.getSegment());
        BFloat16Array back = new BFloat16Array(3);
        device.copyTo(back.getSegment());
        assertEquals(-2.5f, BFloat16.bf16ToFloat(back.get(1)));
        assertEquals(0, back.get(2));
        assertEquals(3, device.length());
        assertEquals(6, back.getNumBytesOfSegment());
    }
}
