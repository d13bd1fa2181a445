package dev.quipu.dsl;

/** Numbers of type {@link DType#BF16}: the upper half of an f32, so of its range, with 8 bits of precision. */
public final class BFloat16 {
    /** Half of what the dropped bits count, less one: with the last kept bit added, ties go to even. */
    private static final int BELOW_HALF = 0x7FFF;

    private static final int QUIET = 0x40;

    private BFloat16() {}

    /** The bits of the nearest number, ties to even; infinite beyond the largest, and not a number stays so. */
    public static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        // what makes it not a number may lie in the dropped bits alone
        return (short)
                (Float.isNaN(value)
                        ? (bits >>> Short.SIZE) | QUIET
                        : (bits + BELOW_HALF + ((bits >>> Short.SIZE) & 1)) >>> Short.SIZE);
    }

    /** The number of some bits, exactly. */
    public static float value(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }

    /** The nearest number, by {@link #bits}. */
    public static float round(float value) {
        return value(bits(value));
    }
}
