package dev.quipu.dsl.op;

import dev.quipu.dsl.Dim;
import dev.quipu.dsl.Shape;
import dev.quipu.dsl.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reorders dimensions and copies the elements accordingly.
 *
 * @param permutation for each output axis the input axis it shows
 */
public record Transpose(List<Integer> permutation) implements Differentiable {
    public Transpose {
        permutation = List.copyOf(permutation);
    }

    @Override
    public List<Type> types(List<Type> inputs) {
        Expect.count(inputs, 1, 1);
        Shape shape = inputs.getFirst().shape();
        List<Integer> axes = IntStream.range(0, shape.rank()).boxed().toList();
        Expect.that(
                permutation.stream().sorted().toList().equals(axes),
                () -> "a permutation of axes " + axes,
                permutation::toString);
        List<Dim> dims = new ArrayList<>();
        permutation.forEach(axis -> dims.add(shape.dim(axis)));
        return List.of(inputs.getFirst().withShape(new Shape(dims)));
    }

    /** The transpose that undoes this one. */
    public Transpose inverse() {
        return new Transpose(IntStream.range(0, permutation.size())
                .map(permutation::indexOf)
                .boxed()
                .toList());
    }
}
