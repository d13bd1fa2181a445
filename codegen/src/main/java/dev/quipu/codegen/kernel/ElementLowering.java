package dev.quipu.codegen.kernel;

import dev.quipu.codegen.kernel.Value.BinaryOperator;
import dev.quipu.codegen.kernel.Value.Comparison;
import dev.quipu.dsl.formula.Expression;
import java.util.function.Function;

/** Turns formula expressions into kernel-language values. */
public final class ElementLowering {
    private final Functions functions;
    private final Function<String, Value> names;

    /**
     * A lowering to a target's functions.
     *
     * @param names gives the value of a name, of the functions' lanes
     */
    public ElementLowering(Functions functions, Function<String, Value> names) {
        this.functions = functions;
        this.names = names;
    }

    /** The expression's value; parts that are used several times become variables. */
    public Value lower(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> functions.number(literal.value());
            case Expression.Name name -> names.apply(name.name());
            case Expression.Apply apply -> functions.apply(apply.primitive(), atom(apply.argument()));
            case Expression.Binary binary ->
                new Value.Binary(operator(binary.operator()), lower(binary.left()), lower(binary.right()));
            case Expression.Select select ->
                new Value.Select(
                        new Value.Compare(comparison(select.comparison()), lower(select.left()), lower(select.right())),
                        lower(select.then()),
                        lower(select.otherwise()));
        };
    }

    /** A value that may be used several times. */
    private Value atom(Expression expression) {
        Value value = lower(expression);
        return value instanceof Value.Variable || value instanceof Value.Literal
                ? value
                : functions.let("argument", value);
    }

    private static BinaryOperator operator(Expression.Operator operator) {
        return switch (operator) {
            case PLUS -> BinaryOperator.ADD;
            case MINUS -> BinaryOperator.SUBTRACT;
            case TIMES -> BinaryOperator.MULTIPLY;
            case DIVIDE -> BinaryOperator.DIVIDE;
            case MIN -> BinaryOperator.MIN;
            case MAX -> BinaryOperator.MAX;
        };
    }

    private static Comparison comparison(Expression.Comparison comparison) {
        return switch (comparison) {
            case LESS -> Comparison.LESS;
            case LESS_OR_EQUAL -> Comparison.LESS_OR_EQUAL;
            case GREATER -> Comparison.GREATER;
            case GREATER_OR_EQUAL -> Comparison.GREATER_OR_EQUAL;
            case EQUAL -> Comparison.EQUAL;
        };
    }
}
