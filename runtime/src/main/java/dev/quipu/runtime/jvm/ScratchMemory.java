package dev.quipu.runtime.jvm;

import dev.quipu.codegen.jvm.JvmProduct;
import dev.quipu.codegen.jvm.JvmScratch;
import dev.quipu.codegen.jvm.ScratchSizes;
import dev.quipu.codegen.kernel.ProductShape;
import dev.quipu.dsl.DType;
import dev.quipu.runtime.buffer.Buffer;
import dev.quipu.runtime.onednn.OneDnnProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The scratch memory of a device, and its products of bf16. Launches run one after the other, so all kernels of all programs share it. */
final class ScratchMemory implements JvmScratch {
    private static final MemorySegment NOTHING = MemorySegment.NULL;

    private final Arena arena;
    private final int workers;
    private final List<MemorySegment> shared = new ArrayList<>();
    private final List<MemorySegment[]> segments = new ArrayList<>();
    private final List<float[][]> arrays = new ArrayList<>();
    private final OneDnnProducts products;

    /**
     * @param arena decides how long the memory lives
     */
    ScratchMemory(Arena arena, int workers) {
        this.arena = arena;
        this.workers = workers;
        this.products = new OneDnnProducts(arena, workers);
    }

    /** Makes room for a program's kernels, before the first of them is bound; memory that was given out before stays valid. */
    void grow(ScratchSizes sizes) {
        for (int i = 0; i < sizes.shared().size(); i++) {
            shared(i, sizes.shared().get(i));
        }
        for (int i = 0; i < sizes.segments().size(); i++) {
            segments(i, sizes.segments().get(i));
        }
        for (int i = 0; i < sizes.arrays().size(); i++) {
            arrays(i, sizes.arrays().get(i));
        }
    }

    @Override
    public MemorySegment shared(int index, long elements) {
        if (index == shared.size()) {
            shared.add(NOTHING);
        }
        if (shared.get(index).byteSize() < bytes(elements)) {
            shared.set(index, allocate(elements));
        }
        return shared.get(index);
    }

    @Override
    public MemorySegment[] segments(int index, long elements) {
        if (index == segments.size()) {
            segments.add(new MemorySegment[] {NOTHING});
        }
        if (segments.get(index)[0].byteSize() < bytes(elements)) {
            MemorySegment[] own = new MemorySegment[workers];
            for (int i = 0; i < workers; i++) {
                own[i] = allocate(elements);
            }
            segments.set(index, own);
        }
        return segments.get(index);
    }

    @Override
    public float[][] arrays(int index, long elements) {
        if (index == arrays.size()) {
            arrays.add(new float[1][0]);
        }
        if (arrays.get(index)[0].length < elements) {
            arrays.set(index, new float[workers][Math.toIntExact(elements)]);
        }
        return arrays.get(index);
    }

    @Override
    public JvmProduct[] products(ProductShape shape) {
        return products.of(shape);
    }

    private MemorySegment allocate(long elements) {
        return Buffer.allocate(arena, DType.F32, elements).segment();
    }

    private static long bytes(long elements) {
        return Buffer.allocatedBytes(DType.F32, elements);
    }
}
