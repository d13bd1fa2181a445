package dev.quipu.runtime.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quipu.dsl.DType;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BufferTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 16, 17, 1000})
    void isAlignedPaddedZeroAndHasRoomForAVectorBehindTheLastElement(long length) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.allocate(arena, DType.F32, length);
            assertEquals(0, buffer.segment().address() % 64);
            assertEquals(0, buffer.segment().byteSize() % 64);
            assertTrue(buffer.segment().byteSize() >= 4 * (length - 1) + 64);
            assertEquals(
                    Buffer.allocatedBytes(DType.F32, length), buffer.segment().byteSize());
            assertEquals(4 * length, buffer.byteSize());
            assertArrayEquals(new float[(int) length], buffer.toFloats());
        }
    }

    @Test
    void keepsFloatsAndInts() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer floats = Buffer.allocate(arena, DType.F32, 5);
            floats.setFloats(1, new float[] {1.5f, -0f, Float.NaN});
            floats.setFloat(4, 9);
            assertArrayEquals(new float[] {0, 1.5f, -0f, Float.NaN, 9}, floats.toFloats());
            assertEquals(1.5f, floats.getFloat(1));
            Buffer ints = Buffer.allocate(arena, DType.I32, 3);
            ints.setInts(0, new int[] {7, Integer.MIN_VALUE});
            ints.setInt(2, -1);
            assertArrayEquals(new int[] {7, Integer.MIN_VALUE, -1}, ints.toInts());
            assertEquals(7, ints.getInt(0));
            Buffer copy = Buffer.allocate(arena, DType.I32, 3);
            copy.copyFrom(ints);
            ints.clear();
            assertArrayEquals(new int[] {7, Integer.MIN_VALUE, -1}, copy.toInts());
            assertArrayEquals(new int[3], ints.toInts());
        }
    }

    @Test
    void refusesOtherTypesAndIndicesBeyondItsLength() {
        try (Arena arena = Arena.ofConfined()) {
            Buffer buffer = Buffer.allocate(arena, DType.F32, 3);
            assertThrows(AssertionError.class, () -> buffer.getInt(0));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getFloat(3));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.setFloats(2, new float[2]));
            assertThrows(AssertionError.class, () -> buffer.copyFrom(Buffer.allocate(arena, DType.F32, 4)));
        }
    }
}
