package dev.quipu.codegen.launch;

import java.util.List;

/**
 * One kernel's work, described once for all devices. A launch knows shapes and arithmetic but no memory: buffers are numbered,
 * and equal launches share one kernel. The buffers' tensors stand in the {@link BoundLaunch}.
 */
public sealed interface Launch permits RowProgram, ColumnProgram, MatrixProduct, AttentionLaunch, Gather, Scatter {
    /** The buffers in the order of their numbers. */
    List<Buffer> buffers();
}
