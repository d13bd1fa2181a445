package dev.quipu.runtime.emulator.api.types;

/** Conversions of bf16 bits as a GPU does them: to the nearest number, ties to even. */
public final class BFloat16 {
    private BFloat16() {}

    public static float bf16ToFloat(short bits) {
        return dev.quipu.dsl.BFloat16.value(bits);
    }

    public static short bf16FromFloat(float value) {
        return dev.quipu.dsl.BFloat16.bits(value);
    }
}
