package dev.quipu.dsl.formula;

import dev.quipu.dsl.formula.Expression.Apply;
import dev.quipu.dsl.formula.Expression.Binary;
import dev.quipu.dsl.formula.Expression.Comparison;
import dev.quipu.dsl.formula.Expression.Literal;
import dev.quipu.dsl.formula.Expression.Name;
import dev.quipu.dsl.formula.Expression.Operator;
import dev.quipu.dsl.formula.Expression.Select;
import java.util.Map;

/** Partial derivatives of expressions, by the chain rule over {@link Primitive}'s own derivatives, and simplified. */
public final class Derivative {
    private static final Literal ZERO = new Literal(0);
    private static final Literal ONE = new Literal(1);

    private Derivative() {}

    /** d expression / d name. */
    public static Expression of(Expression expression, String name) {
        return switch (expression) {
            case Literal literal -> ZERO;
            case Name other -> other.name().equals(name) ? ONE : ZERO;
            case Apply(Primitive primitive, Expression argument)
            when primitive == Primitive.NEGATE -> negate(of(argument, name));
            case Apply(Primitive primitive, Expression argument) -> {
                Expression inner = of(argument, name);
                yield inner.equals(ZERO)
                        ? ZERO
                        : times(primitive.derivative().substitute(Map.of("x", argument)), inner);
            }
            case Binary(Operator operator, Expression left, Expression right) ->
                ofBinary(operator, left, right, of(left, name), of(right, name));
            case Select(
                    Comparison comparison,
                    Expression left,
                    Expression right,
                    Expression then,
                    Expression otherwise) -> select(comparison, left, right, of(then, name), of(otherwise, name));
        };
    }

    private static Expression ofBinary(
            Operator operator, Expression left, Expression right, Expression dLeft, Expression dRight) {
        return switch (operator) {
            case PLUS -> plus(dLeft, dRight);
            case MINUS -> minus(dLeft, dRight);
            case TIMES -> plus(times(dLeft, right), times(left, dRight));
            // (l/r)' = l'/r - (l/r) r'/r
            case DIVIDE -> minus(divide(dLeft, right), divide(times(divide(left, right), dRight), right));
            // at a tie each side gets half, which is what the reference's central difference sees
            case MIN -> extreme(Comparison.LESS, left, right, dLeft, dRight);
            case MAX -> extreme(Comparison.GREATER, left, right, dLeft, dRight);
        };
    }

    private static Expression extreme(
            Comparison wins, Expression left, Expression right, Expression dLeft, Expression dRight) {
        Expression tie = times(new Literal(0.5), plus(dLeft, dRight));
        return select(wins, left, right, dLeft, select(Comparison.EQUAL, left, right, tie, dRight));
    }

    private static Expression select(
            Comparison comparison, Expression left, Expression right, Expression then, Expression otherwise) {
        return then.equals(otherwise) ? then : new Select(comparison, left, right, then, otherwise);
    }

    /** The product, without factors of zero and one. */
    public static Expression times(Expression left, Expression right) {
        if (left.equals(ZERO) || right.equals(ZERO)) {
            return ZERO;
        }
        if (left.equals(ONE)) {
            return right;
        }
        return right.equals(ONE) ? left : new Binary(Operator.TIMES, left, right);
    }

    private static Expression plus(Expression left, Expression right) {
        if (left.equals(ZERO)) {
            return right;
        }
        return right.equals(ZERO) ? left : new Binary(Operator.PLUS, left, right);
    }

    private static Expression minus(Expression left, Expression right) {
        if (right.equals(ZERO)) {
            return left;
        }
        return left.equals(ZERO) ? negate(right) : new Binary(Operator.MINUS, left, right);
    }

    private static Expression negate(Expression argument) {
        return argument instanceof Literal(double value)
                ? (value == 0 ? ZERO : new Literal(-value))
                : new Apply(Primitive.NEGATE, argument);
    }

    private static Expression divide(Expression left, Expression right) {
        return left.equals(ZERO) ? ZERO : new Binary(Operator.DIVIDE, left, right);
    }
}
