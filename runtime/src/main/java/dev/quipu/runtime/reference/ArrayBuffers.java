package dev.quipu.runtime.reference;

import dev.quipu.compiler.reference.Array;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;

/** The interpreter's values from and to the memory of devices. */
public final class ArrayBuffers {
    private ArrayBuffers() {}

    /** A buffer's elements, exactly. */
    public static Array read(Type type, Buffer buffer) {
        return switch (type.dtype()) {
            case F32 -> Array.of(type, buffer.toFloats());
            case BF16 -> Array.of(type, place -> buffer.getBFloat16(place));
            case INT8 -> {
                int width = type.shape().last().size();
                long row = DType.INT8.whole(width);
                yield Array.of(type, place -> buffer.getInt8(place / width * row + place % width));
            }
            case I32 -> Array.of(type, place -> buffer.getInt(place));
        };
    }

    /** Fills a buffer, each element rounded to what the buffer holds. */
    public static void write(Array value, Buffer buffer) {
        for (int i = 0; i < value.size(); i++) {
            switch (buffer.type()) {
                case F32 -> buffer.setFloat(i, (float) value.get(i));
                case BF16 -> buffer.setBFloat16(i, (float) value.get(i));
                case INT8 -> throw new AssertionError("nobody computes " + value);
                case I32 -> buffer.setInt(i, (int) value.get(i));
            }
        }
    }
}
