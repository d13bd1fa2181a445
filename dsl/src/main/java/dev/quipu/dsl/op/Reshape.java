package dev.quipu.dsl.op;

import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.List;

/** The same elements in the same order under another shape. */
public record Reshape(Shape shape) implements Differentiable {
    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Expect.that(
                inputs.getFirst().shape().elements() == shape.elements(),
                () -> "a shape of " + inputs.getFirst().shape().elements() + " elements like " + inputs.getFirst(),
                shape::toString);
        return List.of(inputs.getFirst().withShape(shape));
    }

    /** By hand, as in {@link Type}: simplifying compares what reads the same tensor. */
    @Override
    public boolean equals(Object object) {
        return object instanceof Reshape other && shape.equals(other.shape);
    }

    @Override
    public int hashCode() {
        return shape.hashCode();
    }
}
