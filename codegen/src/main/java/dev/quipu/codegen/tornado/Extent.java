package dev.quipu.codegen.tornado;

import dev.quipu.codegen.gpu.GpuLowering;
import dev.quipu.codegen.launch.Buffer;
import dev.quipu.codegen.launch.Launch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a kernel may touch of an array from a memory's base on. Kernels do not know it; an emulator checks it.
 *
 * @param elements that it may read or write
 * @param fresh whether what the memory held before the kernel means nothing to it: its launch only writes there
 */
public record Extent(long elements, boolean fresh) {
    /**
     * The extents of some memories of a launch's kernel.
     *
     * @param part number of the kernel in its launch
     * @param memories their numbers: of the launch's buffers and, behind them, of the scratch memories
     */
    static List<Extent> of(Launch launch, GpuLowering.Lowered lowered, int part, List<Integer> memories) {
        List<Extent> extents = new ArrayList<>();
        for (int memory : memories) {
            boolean first = IntStream.range(0, part)
                    .mapToObj(lowered.kernels()::get)
                    .noneMatch(kernel -> UsedMemories.of(kernel).contains(memory));
            int buffers = launch.buffers().size();
            if (memory < buffers) {
                Buffer buffer = launch.buffers().get(memory);
                extents.add(new Extent(buffer.elements(), first && buffer.use() == Buffer.Use.WRITE));
            } else {
                extents.add(new Extent(lowered.scratch().get(memory - buffers), first));
            }
        }
        return extents;
    }
}
