package dev.quipu.dsl.formula;

import dev.quipu.dsl.formula.Expression.Apply;
import dev.quipu.dsl.formula.Expression.Binary;
import dev.quipu.dsl.formula.Expression.Comparison;
import dev.quipu.dsl.formula.Expression.Literal;
import dev.quipu.dsl.formula.Expression.Name;
import dev.quipu.dsl.formula.Expression.Operator;
import dev.quipu.dsl.formula.Expression.Select;
import java.util.List;
import java.util.Random;

/** Expressions of any form over a few names and numbers. */
final class RandomExpression {
    private static final List<String> NAMES = List.of("a", "b", "gate_1", "exp");
    private static final List<Double> NUMBERS = List.of(
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.1,
            -2.5,
            1e-7,
            -3e20,
            1e15,
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);

    private RandomExpression() {}

    static Expression of(Random random, int depth) {
        int form = depth == 0 ? random.nextInt(2) : random.nextInt(7);
        return switch (form) {
            case 0 -> new Name(one(random, NAMES));
            case 1 -> new Literal(one(random, NUMBERS));
            case 2 -> new Apply(one(random, List.of(Primitive.values())), of(random, depth - 1));
            case 3 -> new Apply(Primitive.NEGATE, of(random, depth - 1));
            case 4 ->
                new Select(
                        one(random, List.of(Comparison.values())),
                        of(random, depth - 1),
                        of(random, depth - 1),
                        of(random, depth - 1),
                        of(random, depth - 1));
            default ->
                new Binary(one(random, List.of(Operator.values())), of(random, depth - 1), of(random, depth - 1));
        };
    }

    private static <T> T one(Random random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
