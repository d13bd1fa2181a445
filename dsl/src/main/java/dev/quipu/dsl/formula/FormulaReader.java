package dev.quipu.dsl.formula;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.formula.Expression.Comparison;
import dev.quipu.dsl.formula.Expression.Operator;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.antlr.v4.runtime.ParserRuleContext;

/** Turns a parse tree into an expression. */
final class FormulaReader extends FormulaGrammarBaseVisitor<Expression> {
    private final String text;

    FormulaReader(String text) {
        this.text = text;
    }

    @Override
    public Expression visitNegate(FormulaGrammarParser.NegateContext context) {
        // "-2" is a number and "-(2)" a negation, so that printing and parsing agree
        return context.expression() instanceof FormulaGrammarParser.NumberContext number
                ? new Expression.Literal(-visitNumber(number).value())
                : new Expression.Apply(Primitive.NEGATE, visit(context.expression()));
    }

    @Override
    public Expression visitBinary(FormulaGrammarParser.BinaryContext context) {
        return new Expression.Binary(operator(context.operator.getText()), visit(context.left), visit(context.right));
    }

    @Override
    public Expression visitSelect(FormulaGrammarParser.SelectContext context) {
        Comparison comparison = Arrays.stream(Comparison.values())
                .filter(candidate -> candidate.symbol().equals(context.comparison.getText()))
                .findFirst()
                .orElseThrow();
        return new Expression.Select(
                comparison, visit(context.left), visit(context.right), visit(context.then), visit(context.otherwise));
    }

    @Override
    public Expression visitApplication(FormulaGrammarParser.ApplicationContext context) {
        String name = context.NAME().getText();
        List<Expression> arguments =
                context.expression().stream().map(this::visit).toList();
        for (Operator operator : Operator.values()) {
            if (operator.isFunction() && operator.symbol().equals(name)) {
                requireArguments(context, 2, arguments);
                return new Expression.Binary(operator, arguments.get(0), arguments.get(1));
            }
        }
        for (Primitive primitive : Primitive.values()) {
            if (primitive.name().toLowerCase(Locale.ROOT).equals(name)) {
                requireArguments(context, 1, arguments);
                return new Expression.Apply(primitive, arguments.getFirst());
            }
        }
        throw QuipuException.of("one of the functions " + functions(), name, where(context), "");
    }

    @Override
    public Expression.Literal visitNumber(FormulaGrammarParser.NumberContext context) {
        String number = context.getText();
        if (number.equals("nan") || number.equals("infinity")) {
            return new Expression.Literal(number.equals("nan") ? Double.NaN : Double.POSITIVE_INFINITY);
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) {
            throw QuipuException.of("a number below 1.8e308, or infinity", number, where(context), "");
        }
        return new Expression.Literal(value);
    }

    @Override
    public Expression visitName(FormulaGrammarParser.NameContext context) {
        return new Expression.Name(context.getText());
    }

    @Override
    public Expression visitGroup(FormulaGrammarParser.GroupContext context) {
        return visit(context.expression());
    }

    private void requireArguments(
            FormulaGrammarParser.ApplicationContext context, int count, List<Expression> arguments) {
        if (arguments.size() != count) {
            String wanted = count
                    + (count == 1 ? " argument of " : " arguments of ")
                    + context.NAME().getText();
            throw QuipuException.of(wanted, "" + arguments.size(), where(context), "");
        }
    }

    private String where(ParserRuleContext context) {
        return "formula \"" + text + "\", column " + (context.getStart().getCharPositionInLine() + 1);
    }

    private static Operator operator(String symbol) {
        return Arrays.stream(Operator.values())
                .filter(candidate -> candidate.symbol().equals(symbol))
                .findFirst()
                .orElseThrow();
    }

    private static String functions() {
        return Stream.concat(Arrays.stream(Primitive.values()).map(Primitive::name), Stream.of("min", "max", "select"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
