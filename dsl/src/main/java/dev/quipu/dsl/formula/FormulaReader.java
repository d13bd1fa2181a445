package dev.quipu.dsl.formula;

import dev.quipu.dsl.QuipuException;
import dev.quipu.dsl.formula.Expression.Comparison;
import dev.quipu.dsl.formula.Expression.Operator;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a parse tree into an expression. */
final class FormulaReader extends FormulaGrammarBaseVisitor<Expression> {
    private final String text;

    FormulaReader(String text) {
        this.text = text;
    }

    @Override
    public Expression visitNegate(FormulaGrammarParser.NegateContext context) {
        Expression argument = visit(context.expression());
        // "-2" is a number, so that printing and parsing agree
        return argument instanceof Expression.Literal literal && literal.value() > 0
                ? new Expression.Literal(-literal.value())
                : new Expression.Apply(Primitive.NEGATE, argument);
    }

    @Override
    public Expression visitBinary(FormulaGrammarParser.BinaryContext context) {
        return new Expression.Binary(
                operator(context.operator.getText()), visit(context.left), visit(context.right));
    }

    @Override
    public Expression visitSelect(FormulaGrammarParser.SelectContext context) {
        Comparison comparison = Arrays.stream(Comparison.values())
                .filter(candidate -> candidate.symbol().equals(context.comparison.getText()))
                .findFirst()
                .orElseThrow();
        return new Expression.Select(
                comparison,
                visit(context.left),
                visit(context.right),
                visit(context.then),
                visit(context.otherwise));
    }

    @Override
    public Expression visitApplication(FormulaGrammarParser.ApplicationContext context) {
        String name = context.NAME().getText();
        List<Expression> arguments = context.expression().stream().map(this::visit).toList();
        for (Operator operator : Operator.values()) {
            if (operator.isFunction() && operator.symbol().equals(name)) {
                requireArguments(name, 2, arguments);
                return new Expression.Binary(operator, arguments.get(0), arguments.get(1));
            }
        }
        for (Primitive primitive : Primitive.values()) {
            if (primitive.name().toLowerCase(Locale.ROOT).equals(name)) {
                requireArguments(name, 1, arguments);
                return new Expression.Apply(primitive, arguments.getFirst());
            }
        }
        throw QuipuException.of("one of the functions " + functions(), name, where(), "");
    }

    @Override
    public Expression visitNumber(FormulaGrammarParser.NumberContext context) {
        return new Expression.Literal(Double.parseDouble(context.getText()));
    }

    @Override
    public Expression visitName(FormulaGrammarParser.NameContext context) {
        return new Expression.Name(context.getText());
    }

    @Override
    public Expression visitGroup(FormulaGrammarParser.GroupContext context) {
        return visit(context.expression());
    }

    private void requireArguments(String name, int count, List<Expression> arguments) {
        if (arguments.size() != count) {
            throw QuipuException.of(count + " argument(s) of " + name, "" + arguments.size(), where(), "");
        }
    }

    private String where() {
        return "formula \"" + text + "\"";
    }

    private static Operator operator(String symbol) {
        return Arrays.stream(Operator.values())
                .filter(candidate -> candidate.symbol().equals(symbol))
                .findFirst()
                .orElseThrow();
    }

    private static String functions() {
        return Stream.concat(
                        Arrays.stream(Primitive.values()).map(Primitive::name),
                        Stream.of("min", "max", "select"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
