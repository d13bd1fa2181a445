package dev.quipu.compiler.reference;

import dev.quipu.dsl.Type;
import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Formula;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Formulas over each element, with broadcasting. */
final class ReferencePointwise {
    private ReferencePointwise() {}

    static Array evaluate(Formula formula, List<Array> inputs, Type type) {
        // closures over an array of arguments: a map of boxed values for each element takes twenty times as long
        ToDoubleFunction<double[]> function = closure(formula.expression(), formula.names());
        int[][] places = inputs.stream()
                .map(input -> Offsets.of(
                        type.shape().sizes(), Offsets.broadcast(input.type().shape(), type.shape()), 0))
                .toArray(int[][]::new);
        double[] arguments = new double[inputs.size()];
        return Array.of(type, i -> {
            Arrays.setAll(arguments, n -> inputs.get(n).get(places[n][i]));
            return function.applyAsDouble(arguments);
        });
    }

    private static ToDoubleFunction<double[]> closure(Expression expression, List<String> names) {
        return switch (expression) {
            case Expression.Literal(double value) -> arguments -> value;
            case Expression.Name(String name) -> {
                int index = names.indexOf(name);
                yield arguments -> arguments[index];
            }
            case Expression.Apply apply -> {
                ToDoubleFunction<double[]> argument = closure(apply.argument(), names);
                yield arguments -> apply.primitive().evaluate(argument.applyAsDouble(arguments));
            }
            case Expression.Binary binary -> {
                ToDoubleFunction<double[]> left = closure(binary.left(), names);
                ToDoubleFunction<double[]> right = closure(binary.right(), names);
                yield arguments ->
                        binary.operator().apply(left.applyAsDouble(arguments), right.applyAsDouble(arguments));
            }
            case Expression.Select select -> select(select, names);
        };
    }

    private static ToDoubleFunction<double[]> select(Expression.Select select, List<String> names) {
        ToDoubleFunction<double[]> left = closure(select.left(), names);
        ToDoubleFunction<double[]> right = closure(select.right(), names);
        ToDoubleFunction<double[]> then = closure(select.then(), names);
        ToDoubleFunction<double[]> otherwise = closure(select.otherwise(), names);
        return arguments -> select.comparison().holds(left.applyAsDouble(arguments), right.applyAsDouble(arguments))
                ? then.applyAsDouble(arguments)
                : otherwise.applyAsDouble(arguments);
    }
}
