package dev.quipu.codegen.jvm;

import dev.quipu.codegen.kernel.Kernel;
import dev.quipu.codegen.launch.AttentionLaunch;
import dev.quipu.codegen.launch.ColumnProgram;
import dev.quipu.codegen.launch.Gather;
import dev.quipu.codegen.launch.Launch;
import dev.quipu.codegen.launch.MatrixProduct;
import dev.quipu.codegen.launch.RowProgram;
import dev.quipu.codegen.launch.Scatter;

/** The JVM's lowering: a kernel for every launch. */
final class JvmLowering {
    private JvmLowering() {}

    /**
     * The kernel of a launch.
     *
     * @param lanes floats of a vector: 16, 8 or 4
     */
    static Kernel lower(String name, Launch launch, int lanes) {
        return switch (launch) {
            case RowProgram program -> RowLowering.lower(name, program, lanes);
            case ColumnProgram program -> ColumnLowering.lower(name, program, lanes);
            case Gather gather -> TableLowering.gather(name, gather, lanes);
            case Scatter scatter -> TableLowering.scatter(name, scatter, lanes);
            case MatrixProduct product -> MatrixLowering.lower(name, product, lanes);
            case AttentionLaunch attention -> AttentionLowering.lower(name, attention, lanes);
        };
    }
}
