package dev.quipu.dsl.op;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Formula;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A formula over each element of its inputs, one input per name of the formula, all f32.
 *
 * <p>Broadcasting: shapes are aligned at their innermost dimension; a missing or size-1 dimension repeats. The name of an
 * output dimension is that of the first input that has it at full size.
 */
public record Pointwise(Formula formula) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.that(
                inputs.size() == formula.names().size(),
                () -> "one input for each of the names " + formula.names() + " of \"" + formula + "\"",
                () -> inputs.size() + " inputs");
        if (inputs.isEmpty()) {
            throw new ShapeMismatch(
                    "a formula with at least one name", "\"" + formula + "\"", "constant makes a tensor");
        }
        Shape shape = Shape.of();
        for (Type input : inputs) {
            Expect.f32(input);
            shape = broadcast(shape, input.shape());
        }
        return List.of(inputs.getFirst().withShape(shape));
    }

    static Shape broadcast(Shape left, Shape right) {
        List<Dim> dims = new ArrayList<>();
        for (int i = 1; i <= Math.max(left.rank(), right.rank()); i++) {
            Dim l = i <= left.rank() ? left.dim(-i) : null;
            Dim r = i <= right.rank() ? right.dim(-i) : null;
            if (l == null || r == null) {
                dims.add(l == null ? r : l);
            } else {
                Expect.that(
                        l.size() == r.size() || l.size() == 1 || r.size() == 1,
                        () -> "dimension " + l + " to meet the same size or 1",
                        () -> r + " (shapes " + left + " and " + right + ")");
                dims.add(l.size() == 1 ? r : l);
            }
        }
        Collections.reverse(dims);
        return new Shape(dims);
    }

    /** By hand, as in {@link Reshape}. */
    @Override
    public boolean equals(Object object) {
        return object instanceof Pointwise other && formula.equals(other.formula);
    }

    @Override
    public int hashCode() {
        return formula.hashCode();
    }
}
