package dev.quipu.codegen.gpu;

import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Scatter;
import java.util.List;

/** The lowering for GPUs: the kernels of every launch. */
public final class GpuLowering {
    private GpuLowering() {}

    /**
     * The kernels that together are a launch, one after the other; most launches are one.
     *
     * @param name of the first; others have it as their beginning
     * @param target what kernels may use
     */
    public static Lowered lower(String name, Launch launch, GpuTarget target) {
        return switch (launch) {
            case RowProgram program -> Lowered.of(RowLowering.lower(name, program));
            case ColumnProgram program -> ColumnLowering.lower(name, program);
            case Gather gather -> Lowered.of(TableLowering.gather(name, gather));
            case Scatter scatter -> TableLowering.scatter(name, scatter);
            case MatrixProduct product -> ProductLowering.lower(name, product);
            case AttentionLaunch attention -> AttentionLowering.lower(name, attention, target);
        };
    }

    /** As {@link #lower(String, Launch, GpuTarget)}, for GPUs of every kind. */
    public static Lowered lower(String name, Launch launch) {
        return lower(name, launch, GpuTarget.ANY);
    }

    /**
     * A launch's kernels.
     *
     * @param kernels in order; their memories are the launch's buffers and, behind them, the scratch memories
     * @param scratch f32 elements of each memory that passes values from one kernel to the next and holds nothing afterwards
     */
    public record Lowered(List<GpuKernel> kernels, List<Long> scratch) {
        public Lowered {
            kernels = List.copyOf(kernels);
            scratch = List.copyOf(scratch);
        }

        /** A launch of one kernel. */
        public static Lowered of(GpuKernel kernel) {
            return new Lowered(List.of(kernel), List.of());
        }
    }
}
