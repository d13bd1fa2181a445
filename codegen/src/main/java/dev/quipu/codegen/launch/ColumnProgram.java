package dev.quipu.codegen.launch;

import dev.quipu.dsl.formula.Expression;
import java.util.List;

/**
 * Sums over all rows, one number a column: gradients of norms' weights and of biases. The rows of a column are added in
 * order. When {@code groups} is above 1 the rows form that many consecutive groups of equal size, each with sums of its own.
 *
 * @param steps loads and maps
 * @param sums what is summed and where it goes
 */
public record ColumnProgram(Space space, long groups, List<Buffer> buffers, List<Step> steps, List<ColumnSum> sums)
        implements Launch {
    /**
     * One sum.
     *
     * @param buffer number of the buffer that takes it, f32[groups, width]
     * @param accumulate adds to what is there
     */
    public record ColumnSum(Expression expression, int buffer, boolean accumulate) {}

    public ColumnProgram {
        buffers = List.copyOf(buffers);
        steps = List.copyOf(steps);
        sums = List.copyOf(sums);
    }
}
