package dev.quipu.runtime.device;

import dev.quipu.dsl.BFloat16;
import dev.quipu.dsl.DType;
import dev.quipu.dsl.Int8Blocks;
import dev.quipu.dsl.Type;
import dev.quipu.runtime.buffer.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/** Fills buffers of weights in fewer bits with values that come as f32. */
final class Narrowing {
    private Narrowing() {}

    /**
     * Fills a buffer. The f32 are there only meanwhile.
     *
     * @param type of the buffer's tensor
     * @param floats writes the tensor's elements, row by row, to memory that has room for a vector more
     */
    static void fill(Type type, Buffer buffer, Consumer<MemorySegment> floats) {
        if (type.dtype() == DType.F32) {
            floats.accept(buffer.segment());
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            Buffer wide = Buffer.allocate(arena, DType.F32, type.shape().elements());
            floats.accept(wide.segment());
            int width = type.shape().last().size();
            float[] row = new float[width];
            for (long i = 0; i < type.shape().rows(); i++) {
                MemorySegment.copy(wide.segment(), ValueLayout.JAVA_FLOAT, i * width * Float.BYTES, row, 0, width);
                narrow(row, i, buffer);
            }
        }
    }

    private static void narrow(float[] row, long number, Buffer buffer) {
        switch (buffer.type()) {
            case BF16 -> {
                for (int i = 0; i < row.length; i++) {
                    buffer.segment().setAtIndex(ValueLayout.JAVA_SHORT, number * row.length + i, BFloat16.bits(row[i]));
                }
            }
            case INT8 ->
                Int8Blocks.store(
                        row,
                        0,
                        row.length,
                        buffer.segment(),
                        number * buffer.type().whole(row.length) * Float.BYTES);
            case F32, I32 -> throw new AssertionError("no narrow type of weights: " + buffer);
        }
    }
}
