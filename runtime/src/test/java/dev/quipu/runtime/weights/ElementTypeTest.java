package dev.quipu.runtime.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ElementTypeTest {
    private static final int HALVES = 1 << Short.SIZE;

    private static float[] decode(ElementType type, MemorySegment data, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, count);
            type.decode(data, 0, count, floats);
            return floats.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static short encode(ElementType type, float value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(Short.BYTES);
            type.encode(arena.allocateFrom(ValueLayout.JAVA_FLOAT, value), 1, data);
            return data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0);
        }
    }

    /** All 65536 values, decoded by the definition of the format, and back to the same bits; NaNs stay NaNs of their sign. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyHalfIsItsDefinitionAndReturns(ElementType type) {
        int exponentBits = type == ElementType.F16 ? 5 : 8;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.JAVA_SHORT, HALVES);
            for (int bits = 0; bits < HALVES; bits++) {
                data.setAtIndex(ValueLayout.JAVA_SHORT, bits, (short) bits);
            }
            float[] floats = decode(type, data, HALVES);
            for (int bits = 0; bits < HALVES; bits++) {
                assertEquals(defined(bits, exponentBits), floats[bits], "bits " + Integer.toHexString(bits));
                int back = Short.toUnsignedInt(encode(type, floats[bits]));
                if (Float.isNaN(floats[bits])) {
                    assertEquals(Float.NaN, defined(back, exponentBits));
                    assertEquals(bits >> 15, back >> 15);
                } else {
                    assertEquals(bits, back);
                }
            }
        }
    }

    private static float defined(int bits, int exponentBits) {
        int fractionBits = 15 - exponentBits;
        int largestExponent = (1 << exponentBits) - 1;
        int exponent = bits >> fractionBits & largestExponent;
        int fraction = bits & (1 << fractionBits) - 1;
        int bias = largestExponent / 2;
        double magnitude = exponent == 0
                ? Math.scalb((double) fraction, 1 - bias - fractionBits)
                : Math.scalb(1 + Math.scalb((double) fraction, -fractionBits), exponent - bias);
        if (exponent == largestExponent) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return (float) (bits >> 15 == 0 ? magnitude : -magnitude);
    }

    @ParameterizedTest
    @CsvSource({
        "F16, 0x1p0f, 3c00",
        "F16, 0x1.002p0f, 3c00", // halfway: down to even
        "F16, 0x1.002002p0f, 3c01",
        "F16, 0x1.006p0f, 3c02", // halfway: up to even
        "F16, 65504f, 7bff",
        "F16, 65519.996f, 7bff",
        "F16, -Infinity, fc00",
        "F16, 0x1p-24f, 0001",
        "F16, 0x1p-25f, 0000", // half of the smallest: to even
        "F16, 0x1.000002p-25f, 0001",
        "F16, -0f, 8000",
        "BF16, 0x1p0f, 3f80",
        "BF16, 0x1.01p0f, 3f80",
        "BF16, 0x1.010002p0f, 3f81",
        "BF16, 0x1.03p0f, 3f82",
        "BF16, 0x1.fefffep127f, 7f7f",
        "BF16, Infinity, 7f80",
        "BF16, 0x1p-149f, 0000",
        "BF16, 0x1p-134f, 0000",
        "BF16, 0x1.0002p-134f, 0001",
        "BF16, -0f, 8000"
    })
    void roundsToTheNearestAndTiesToEven(ElementType type, String value, String bits) {
        assertEquals(bits, "%04x".formatted(Short.toUnsignedInt(encode(type, Float.parseFloat(value)))));
    }

    /** Halfway to what would be the next after the largest, and more. */
    @ParameterizedTest
    @CsvSource({"F16, 65520f", "F16, -1e6f", "BF16, 0x1.ffp127f", "BF16, -0x1.fffffep127f"})
    void refusesToMakeInfinities(ElementType type, float value) {
        String message =
                assertThrows(QuipuException.class, () -> encode(type, value)).getMessage();
        assertTrue(message.contains("in the range of " + type), message);
    }

    /** A NaN whose payload is only in the half that is cut off would become an infinity. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void nansStayNans(ElementType type) {
        for (int bits : new int[] {0x7F800001, 0xFF800001, 0x7FC00000, 0x7FFFFFFF}) {
            int back = Short.toUnsignedInt(encode(type, Float.intBitsToFloat(bits)));
            assertEquals(Float.NaN, defined(back, type == ElementType.F16 ? 5 : 8), Integer.toHexString(bits));
        }
    }

    /** No half is nearer than the one chosen. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void noNeighbourIsNearer(ElementType type) {
        int exponentBits = type == ElementType.F16 ? 5 : 8;
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            float value = (float) Math.scalb(1 + random.nextDouble(), random.nextInt(-24, 15));
            int bits = Short.toUnsignedInt(encode(type, value));
            BigDecimal chosen = distance(value, defined(bits, exponentBits));
            for (int neighbour : new int[] {bits - 1, bits + 1}) {
                float other = defined(neighbour, exponentBits);
                if (Float.isFinite(other) && neighbour >= 0) {
                    int order = chosen.compareTo(distance(value, other));
                    assertTrue(order < 0 || (order == 0 && bits % 2 == 0), value + " to " + bits);
                }
            }
        }
    }

    private static BigDecimal distance(float a, float b) {
        return new BigDecimal(a).subtract(new BigDecimal(b)).abs();
    }

    @Test
    void doublesAreRoundedOnceAndRangesBeginWhereAsked() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 9, 0.1, 1e300);
            MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, 2);
            ElementType.F64.decode(data, 1, 2, floats);
            assertEquals(0.1f, floats.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            assertEquals(Float.POSITIVE_INFINITY, floats.getAtIndex(ValueLayout.JAVA_FLOAT, 1));
        }
    }
}
