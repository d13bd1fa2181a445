package dev.quipu.codegen.launch;

import dev.quipu.dsl.formula.Expression;
import java.util.List;

/**
 * Sums over the leading outer dimensions, one number for each of the others and each column: gradients of norms' weights and
 * of biases. Rows are added in order.
 *
 * @param summed how many of the space's outer dimensions are summed, from the outermost
 * @param steps loads and maps
 * @param sums what is summed and where it goes
 */
public record ColumnProgram(Space space, int summed, List<Buffer> buffers, List<Step> steps, List<ColumnSum> sums)
        implements Launch {
    /**
     * One sum.
     *
     * @param buffer number of the buffer that takes it, f32[kept outer sizes..., width]
     * @param accumulate adds to what is there
     */
    public record ColumnSum(Expression expression, int buffer, boolean accumulate) {}

    public ColumnProgram {
        buffers = List.copyOf(buffers);
        steps = List.copyOf(steps);
        sums = List.copyOf(sums);
    }
}
