package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmProduct;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.onednn.OneDnnProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products of bf16, as the library that multiplies for the kernels does them: in a second-level cache, again and again. Of a few
 * shapes that fit, this one was the fastest.
 */
final class RoundedProbe extends Probe {
    private static final int ROWS = 512;
    private static final int COLUMNS = 256;
    private static final int DEPTH = 256;
    private static final int MOST_STEPS = 1;

    private static final ProductShape SHAPE =
            new ProductShape(ROWS, COLUMNS, DEPTH, DEPTH, 1, 1, DEPTH, COLUMNS, false);

    private final JvmProduct[] products;
    private final MemorySegment[] left;
    private final MemorySegment[] right;
    private final MemorySegment[] product;

    /**
     * @param arena decides how long the factors live
     */
    RoundedProbe(Arena arena, int workers) {
        super(workers, MOST_STEPS);
        products = new OneDnnProducts(arena, workers).of(SHAPE);
        left = segments(arena, DType.BF16, (long) ROWS * DEPTH, workers);
        right = segments(arena, DType.BF16, (long) COLUMNS * DEPTH, workers);
        product = segments(arena, DType.F32, (long) ROWS * COLUMNS, workers);
    }

    private static MemorySegment[] segments(Arena arena, DType type, long elements, int workers) {
        MemorySegment[] segments = new MemorySegment[workers];
        for (int worker = 0; worker < workers; worker++) {
            segments[worker] = Buffer.allocate(arena, type, elements).segment();
        }
        return segments;
    }

    @Override
    double amountOfStep() {
        return 2.0 * ROWS * COLUMNS * DEPTH;
    }

    @Override
    void work(int part, int steps, int worker) {
        for (int i = 0; i < steps; i++) {
            products[worker].multiply(left[worker], 0, right[worker], 0, product[worker], 0);
        }
    }
}
