package dev.quipu.codegen.launch;

import java.util.List;

/**
 * Maps and reductions along rows: norms, softmax, cross entropy, rotations, copies, pointwise formulas, optimizer steps. Rows
 * are independent of each other; see {@link Updates}.
 *
 * @param steps in order; loads first
 */
public record RowProgram(Space space, List<Buffer> buffers, List<Step> steps) implements Launch {
    public RowProgram {
        buffers = List.copyOf(buffers);
        steps = List.copyOf(steps);
        Updates.check(steps);
    }
}
