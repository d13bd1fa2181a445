package dev.quipu.runtime.weights;

import java.math.BigInteger;
import java.util.List;

/** A value in a GGUF file's metadata, with the type that it has in the file. */
public sealed interface GgufValue {
    GgufValueType type();

    /**
     * The value as Java's own types have it: a Long for integers (a {@link BigInteger} above its range), a Float, Double, Boolean,
     * String or List.
     */
    Object plain();

    /** A value of any type but an array; it has the Java type that {@link #plain} says and lies in the type's range. */
    record Scalar(GgufValueType type, Object plain) implements GgufValue {
        private static final BigInteger LARGEST_UINT64 =
                BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

        public Scalar {
            boolean fits = switch (type) {
                case UINT8 -> isInteger(plain, 0, 0xFF);
                case INT8 -> isInteger(plain, Byte.MIN_VALUE, Byte.MAX_VALUE);
                case UINT16 -> isInteger(plain, 0, 0xFFFF);
                case INT16 -> isInteger(plain, Short.MIN_VALUE, Short.MAX_VALUE);
                case UINT32 -> isInteger(plain, 0, 0xFFFF_FFFFL);
                case INT32 -> isInteger(plain, Integer.MIN_VALUE, Integer.MAX_VALUE);
                case INT64 -> plain instanceof Long;
                case UINT64 -> isInteger(plain, 0, Long.MAX_VALUE) || isLarge(plain);
                case FLOAT32 -> plain instanceof Float;
                case FLOAT64 -> plain instanceof Double;
                case BOOL -> plain instanceof Boolean;
                case STRING -> plain instanceof String;
                case ARRAY -> false;
            };
            if (!fits) {
                throw new AssertionError(plain + " is no " + type);
            }
        }

        private static boolean isInteger(Object plain, long minimum, long maximum) {
            return plain instanceof Long value && value >= minimum && value <= maximum;
        }

        private static boolean isLarge(Object plain) {
            return plain instanceof BigInteger value && value.bitLength() == 64 && value.compareTo(LARGEST_UINT64) <= 0;
        }
    }

    /** Values of one type; arrays among them may have elements of different types. */
    record Array(GgufValueType elementType, List<GgufValue> elements) implements GgufValue {
        public Array {
            elements = List.copyOf(elements);
            for (GgufValue element : elements) {
                if (element.type() != elementType) {
                    throw new AssertionError(element + " among elements of " + elementType);
                }
            }
        }

        @Override
        public GgufValueType type() {
            return GgufValueType.ARRAY;
        }

        @Override
        public Object plain() {
            return elements.stream().map(GgufValue::plain).toList();
        }
    }

    /** An unsigned 32-bit integer, as GGUF stores sizes and counts. */
    static GgufValue uint32(long value) {
        return new Scalar(GgufValueType.UINT32, value);
    }

    static GgufValue float32(float value) {
        return new Scalar(GgufValueType.FLOAT32, value);
    }

    static GgufValue bool(boolean value) {
        return new Scalar(GgufValueType.BOOL, value);
    }

    static GgufValue string(String value) {
        return new Scalar(GgufValueType.STRING, value);
    }

    /** An array of values that are not arrays themselves. */
    static GgufValue array(GgufValueType elementType, List<?> plain) {
        return new Array(
                elementType,
                plain.stream()
                        .<GgufValue>map(element -> new Scalar(elementType, element))
                        .toList());
    }
}
