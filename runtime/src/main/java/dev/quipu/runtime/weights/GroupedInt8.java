package dev.quipu.runtime.weights;

import dev.quipu.dsl.QuipuException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * 8-bit integers with one 32-bit scale per group: first the integers of the whole tensor, then the scales. An element is its
 * integer times its group's scale, which is the group's largest absolute value over 127. llama2.c calls it Q8_0, but GGUF's Q8_0
 * is another format: it has blocks of 32 and halves as scales.
 *
 * @param groupSize elements that share a scale
 */
public record GroupedInt8(int groupSize) implements Encoding {
    private static final int LARGEST = 127;
    private static final ValueLayout.OfFloat SCALE =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public GroupedInt8 {
        if (groupSize < 1) {
            throw new AssertionError("groups of " + groupSize);
        }
    }

    @Override
    public String name() {
        return "int8 in groups of " + groupSize;
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public int blockElements() {
        return groupSize;
    }

    @Override
    public long bytes(long elements) {
        return elements % groupSize == 0 ? Math.addExact(elements, scaleBytes(elements)) : -1;
    }

    /** The bytes that the scales of so many elements take. */
    long scaleBytes(long elements) {
        return Math.multiplyExact(elements / groupSize, (long) Float.BYTES);
    }

    @Override
    public void decode(MemorySegment data, long first, long count, MemorySegment floats) {
        long groups = data.byteSize() / (groupSize + Float.BYTES);
        MemorySegment scales = data.asSlice(groups * groupSize);
        for (long at = 0; at < count; at += groupSize) {
            float scale = scales.get(SCALE, (first + at) / groupSize * Float.BYTES);
            for (long i = at; i < at + groupSize; i++) {
                floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, data.get(ValueLayout.JAVA_BYTE, first + i) * scale);
            }
        }
    }

    @Override
    public void encode(MemorySegment floats, long elements, MemorySegment data) {
        for (long at = 0; at < elements; at += groupSize) {
            float scale = largest(floats, at) / LARGEST;
            data.set(SCALE, elements + scaleBytes(at), scale);
            for (long i = at; i < at + groupSize; i++) {
                float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                data.set(ValueLayout.JAVA_BYTE, i, quantised(value, scale));
            }
        }
    }

    /** A scale is zero where its whole group is, or all but; below the normal range it is so coarse that quotients exceed 127. */
    private static byte quantised(float value, float scale) {
        return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(value / scale), -LARGEST, LARGEST);
    }

    private float largest(MemorySegment floats, long first) {
        float largest = 0;
        for (long i = first; i < first + groupSize; i++) {
            float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (!Float.isFinite(value)) {
                throw QuipuException.of("finite values for " + name(), String.valueOf(value), "element " + i, "");
            }
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
