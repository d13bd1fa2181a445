package dev.quipu.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Int8BlocksTest {
    private static final int WIDTH = 75;
    private static final int STORED = 96;

    private static MemorySegment stored(float... row) {
        MemorySegment blocks = Arena.ofAuto()
                .allocate(DType.INT8.bytes(DType.INT8.whole(row.length)), Float.BYTES)
                .fill((byte) 1);
        Int8Blocks.store(row, 0, row.length, blocks, 0);
        return blocks;
    }

    private static float value(MemorySegment blocks, int element) {
        return Int8Blocks.value(blocks, (long) element * Float.BYTES);
    }

    @Test
    void anElementIsOffByHalfOfItsBlocksFactorAtMost() {
        SplittableRandom random = new SplittableRandom(1);
        float[] row = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            row[i] = (float) (Math.exp(i / 8.0) * (random.nextDouble() - 0.5));
        }
        MemorySegment blocks = stored(row);
        assertEquals(3 * Int8Blocks.BYTES, blocks.byteSize());
        for (int first = 0; first < WIDTH; first += Int8Blocks.ELEMENTS) {
            float largest = 0;
            for (int i = first; i < Math.min(WIDTH, first + Int8Blocks.ELEMENTS); i++) {
                largest = Math.max(largest, Math.abs(row[i]));
            }
            for (int i = first; i < Math.min(WIDTH, first + Int8Blocks.ELEMENTS); i++) {
                assertEquals(row[i], value(blocks, i), largest / 254 * 1.0001, "element " + i);
            }
        }
        for (int i = WIDTH; i < STORED; i++) {
            assertEquals(0, value(blocks, i), "behind the row's end");
        }
    }

    @Test
    void extremes() {
        MemorySegment zeros = stored(new float[3]);
        assertEquals(0, value(zeros, 2));
        MemorySegment small = stored(Float.MIN_VALUE, -3 * Float.MIN_VALUE);
        assertTrue(Float.isFinite(value(small, 0)) && Float.isFinite(value(small, 1)));
        MemorySegment large = stored(Float.MAX_VALUE, -Float.MAX_VALUE, 1);
        assertEquals(Float.MAX_VALUE, value(large, 0), Float.MAX_VALUE / 1e6);
        assertEquals(-value(large, 0), value(large, 1));
        assertTrue(Float.isNaN(value(stored(1, Float.POSITIVE_INFINITY), 0)));
        assertTrue(Float.isNaN(value(stored(Float.NaN, 2), 1)));
    }
}
