package dev.quipu.runtime.weights;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** Elements of one number each, one after the other, named as safetensors names them. */
public enum ElementType implements Encoding {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    @Override
    public long bytes(long elements) {
        return Math.multiplyExact(elements, (long) bytes);
    }

    @Override
    public boolean isReal() {
        return switch (this) {
            case F16, BF16, F32, F64 -> true;
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, I32, U32, I64, U64 -> false;
        };
    }

    @Override
    public int blockElements() {
        return 1;
    }

    @Override
    public void decode(MemorySegment data, long first, long count, MemorySegment floats) {
        MemorySegment range = data.asSlice(bytes(first), bytes(count));
        switch (this) {
            case F32 -> MemorySegment.copy(range, FLOAT, 0, floats, ValueLayout.JAVA_FLOAT, 0, count);
            case F16 -> {
                for (long i = 0; i < count; i++) {
                    floats.setAtIndex(
                            ValueLayout.JAVA_FLOAT, i, Float.float16ToFloat(range.get(SHORT, i * Short.BYTES)));
                }
            }
            case BF16 -> {
                for (long i = 0; i < count; i++) {
                    floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, BFloat16.value(range.get(SHORT, i * Short.BYTES)));
                }
            }
            case F64 -> {
                for (long i = 0; i < count; i++) {
                    floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) range.get(DOUBLE, i * Double.BYTES));
                }
            }
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, I32, U32, I64, U64 -> throw notReal();
        }
    }

    @Override
    public void encode(MemorySegment floats, long elements, MemorySegment data) {
        switch (this) {
            case F32 -> MemorySegment.copy(floats, ValueLayout.JAVA_FLOAT, 0, data, FLOAT, 0, elements);
            case F16 -> {
                for (long i = 0; i < elements; i++) {
                    float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    short half = Float.floatToFloat16(value);
                    checkRange(value, Float.float16ToFloat(half), i);
                    data.set(SHORT, i * Short.BYTES, half);
                }
            }
            case BF16 -> {
                for (long i = 0; i < elements; i++) {
                    float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    short half = BFloat16.bits(value);
                    checkRange(value, BFloat16.value(half), i);
                    data.set(SHORT, i * Short.BYTES, half);
                }
            }
            case F64 -> {
                for (long i = 0; i < elements; i++) {
                    data.set(DOUBLE, i * Double.BYTES, floats.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
            }
            case BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, I32, U32, I64, U64 -> throw notReal();
        }
    }

    /** A weight that became infinite would be a silent end of the model; one that is infinite already is the caller's. */
    private void checkRange(float value, float rounded, long element) {
        if (Float.isInfinite(rounded) && !Float.isInfinite(value)) {
            throw QuipuException.of(
                    "values in the range of " + this, String.valueOf(value), "element " + element, "write it as F32");
        }
    }

    private AssertionError notReal() {
        return new AssertionError(this + " elements are not read as floats");
    }

    /** The type with a name such as {@code "BF16"}, if there is one. */
    static Optional<ElementType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
