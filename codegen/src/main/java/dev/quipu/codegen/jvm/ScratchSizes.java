package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.kernel.KernelType;
import java.util.ArrayList;
import java.util.List;

/**
 * How much scratch memory a program's kernels ask for, in floats: for each index of {@link JvmScratch} the most that one kernel
 * wants. It is packed panels of matrices, and tiles of products and of attention on their way.
 *
 * @param shared segments for all workers
 * @param segments of each worker
 * @param arrays of each worker
 */
public record ScratchSizes(List<Long> shared, List<Long> segments, List<Long> arrays) {
    public ScratchSizes {
        shared = List.copyOf(shared);
        segments = List.copyOf(segments);
        arrays = List.copyOf(arrays);
    }

    static ScratchSizes of(List<Kernel> kernels) {
        List<Long> shared = new ArrayList<>();
        List<Long> segments = new ArrayList<>();
        List<Long> arrays = new ArrayList<>();
        for (Kernel kernel : kernels) {
            shared = largest(shared, sizes(kernel, true, false));
            segments = largest(segments, sizes(kernel, false, false));
            arrays = largest(arrays, sizes(kernel, false, true));
        }
        return new ScratchSizes(shared, segments, arrays);
    }

    private static List<Long> sizes(Kernel kernel, boolean shared, boolean arrays) {
        return kernel.scratch().stream()
                .filter(scratch -> scratch.shared() == shared
                        && (scratch.variable().type().kind() == KernelType.Kind.ARRAY) == arrays)
                .map(Kernel.Scratch::elements)
                .toList();
    }

    private static List<Long> largest(List<Long> one, List<Long> other) {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            all.add(Math.max(i < one.size() ? one.get(i) : 0, i < other.size() ? other.get(i) : 0));
        }
        return all;
    }

    /** Bytes for a number of workers. */
    public long bytes(int workers) {
        return Float.BYTES * (sum(shared) + workers * (sum(segments) + sum(arrays)));
    }

    private static long sum(List<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).sum();
    }
}
