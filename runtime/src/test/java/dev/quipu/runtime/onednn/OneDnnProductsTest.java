package dev.quipu.runtime.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.sun.management.ThreadMXBean;
import dev.quipu.codegen.jvm.JvmProduct;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.dsl.BFloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneDnnProductsTest {
    private static final int PLACE = 5;
    private static final int GAP = 3;
    private static final float THERE = 0.25f;

    @BeforeAll
    static void isHere() {
        RoundedProducts.assumeHere();
    }

    /** Matrices that are parts of larger ones, at any place, against sums in double precision. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 40, 33",
        "3, 1, 7",
        "5, 9, 1",
        "16, 32, 64",
        "37, 41, 53",
        "130, 48, 97",
        "7, 300, 600",
        "96, 40, 1100",
        "77, 33, 600"
    })
    void areSumsOfProducts(int rows, int columns, int depth) {
        for (int orientation = 0; orientation < 8; orientation++) {
            boolean left = (orientation & 1) != 0;
            boolean right = (orientation & 2) != 0;
            check(new ProductShape(
                    rows,
                    columns,
                    depth,
                    left ? 1 : depth,
                    left ? rows + GAP : 1,
                    right ? 1 : columns,
                    right ? depth : 1,
                    columns + GAP,
                    (orientation & 4) != 0));
        }
    }

    private static void check(ProductShape shape) {
        try (Arena arena = Arena.ofShared()) {
            JvmProduct product = new OneDnnProducts(arena, 1).of(shape)[0];
            long leftSize = (shape.rows() - 1) * shape.leftRow() + (shape.depth() - 1) * shape.leftColumn() + 1;
            long rightSize = (shape.depth() - 1) * shape.rightRow() + (shape.columns() - 1) * shape.rightColumn() + 1;
            MemorySegment left = numbers(arena, PLACE + leftSize, 1);
            MemorySegment right = numbers(arena, PLACE + rightSize, 2);
            long size = shape.rows() * shape.productRow();
            float[] before = new float[Math.toIntExact(PLACE + size)];
            Arrays.fill(before, THERE);
            MemorySegment out = arena.allocateFrom(ValueLayout.JAVA_FLOAT, before);
            product.multiply(left, PLACE, right, PLACE, out, PLACE);
            for (int row = 0; row < shape.rows(); row++) {
                for (int column = 0; column < shape.columns(); column++) {
                    double sum = shape.adds() ? THERE : 0;
                    for (int k = 0; k < shape.depth(); k++) {
                        sum += number(left, PLACE + row * shape.leftRow() + k * shape.leftColumn())
                                * number(right, PLACE + k * shape.rightRow() + column * shape.rightColumn());
                    }
                    float found = out.getAtIndex(ValueLayout.JAVA_FLOAT, PLACE + row * shape.productRow() + column);
                    assertEquals(sum, found, 1e-6 * (4 + shape.depth()), shape::toString);
                }
            }
            assertEquals(THERE, out.getAtIndex(ValueLayout.JAVA_FLOAT, PLACE - 1), "what lies before it stays");
            assertEquals(
                    THERE,
                    out.getAtIndex(ValueLayout.JAVA_FLOAT, PLACE + shape.columns()),
                    "what lies between rows stays");
        }
    }

    @Test
    void aShapeIsMadeOnceAndWorkersGiveTheSameBitsAndTakeNoHeap() {
        ProductShape shape = new ProductShape(64, 80, 96, 96, 1, 80, 1, 80, false);
        try (Arena arena = Arena.ofShared()) {
            OneDnnProducts products = new OneDnnProducts(arena, 2);
            JvmProduct[] each = products.of(shape);
            assertSame(each, products.of(new ProductShape(64, 80, 96, 96, 1, 80, 1, 80, false)));
            MemorySegment left = numbers(arena, 64 * 96, 3);
            MemorySegment right = numbers(arena, 96 * 80, 4);
            MemorySegment first = arena.allocate(64 * 80 * Float.BYTES, 64);
            MemorySegment second = arena.allocate(64 * 80 * Float.BYTES, 64);
            each[0].multiply(left, 0, right, 0, first, 0);
            assertEquals(0, heap(() -> each[1].multiply(left, 0, right, 0, second, 0)));
            assertArrayEquals(first.toArray(ValueLayout.JAVA_INT), second.toArray(ValueLayout.JAVA_INT));
        }
    }

    /** Bytes that a thousand runs take once the JIT is done. */
    private static long heap(Runnable run) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 100 && bytes != 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                run.run();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }

    private static MemorySegment numbers(Arena arena, long count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment memory = arena.allocate(count * Short.BYTES, 64);
        for (long i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, i, BFloat16.bits((float) (random.nextDouble() * 2 - 1)));
        }
        return memory;
    }

    private static double number(MemorySegment memory, long at) {
        return BFloat16.value(memory.getAtIndex(ValueLayout.JAVA_SHORT, at));
    }
}
