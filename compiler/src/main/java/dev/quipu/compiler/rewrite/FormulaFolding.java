package dev.quipu.compiler.rewrite;

import dev.quipu.dsl.formula.Expression;
import dev.quipu.dsl.formula.Expression.Apply;
import dev.quipu.dsl.formula.Expression.Binary;
import dev.quipu.dsl.formula.Expression.Literal;
import dev.quipu.dsl.formula.Expression.Name;
import dev.quipu.dsl.formula.Expression.Operator;
import dev.quipu.dsl.formula.Expression.Select;

/**
 * Evaluates what a formula knows beforehand and drops factors of one and terms of zero. A product with zero stays: the other
 * factor may be infinite or not a number, and that has to show.
 */
final class FormulaFolding {
    private static final Literal ZERO = new Literal(0);
    private static final Literal ONE = new Literal(1);

    private FormulaFolding() {}

    static Expression fold(Expression expression) {
        return switch (expression) {
            case Literal literal -> literal;
            case Name name -> name;
            case Apply apply -> {
                Expression argument = fold(apply.argument());
                yield argument instanceof Literal(double value)
                        ? new Literal(apply.primitive().evaluate(value))
                        : new Apply(apply.primitive(), argument);
            }
            case Binary binary -> binary(binary.operator(), fold(binary.left()), fold(binary.right()));
            case Select select ->
                new Select(
                        select.comparison(),
                        fold(select.left()),
                        fold(select.right()),
                        fold(select.then()),
                        fold(select.otherwise()));
        };
    }

    private static Expression binary(Operator operator, Expression left, Expression right) {
        if (left instanceof Literal(double l) && right instanceof Literal(double r)) {
            return new Literal(operator.apply(l, r));
        }
        boolean product = operator == Operator.TIMES;
        if ((product && left.equals(ONE)) || (operator == Operator.PLUS && left.equals(ZERO))) {
            return right;
        }
        boolean neutralRight = ((product || operator == Operator.DIVIDE) && right.equals(ONE))
                || ((operator == Operator.PLUS || operator == Operator.MINUS) && right.equals(ZERO));
        return neutralRight ? left : new Binary(operator, left, right);
    }
}
