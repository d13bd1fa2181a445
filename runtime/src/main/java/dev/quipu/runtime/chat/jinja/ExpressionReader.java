package dev.quipu.runtime.chat.jinja;

import dev.quipu.runtime.chat.jinja.Expression.Arguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads expressions, with Jinja's precedence, loosest first: {@code if else}, {@code or}, {@code and}, {@code not}, comparison, sum,
 * {@code ~}, product, power, sign, and what follows a value: call, item, attribute, filter, test.
 */
final class ExpressionReader {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    /** Words that end an expression and are never a test's argument. */
    private static final Set<String> CONNECTIVES = Set.of("else", "or", "and", "is", "if", "in", "not");

    private final TokenStream tokens;

    ExpressionReader(TokenStream tokens) {
        this.tokens = tokens;
    }

    Expression expression() {
        Expression value = withoutChoice();
        while (tokens.takesName("if")) {
            Expression condition = withoutChoice();
            Optional<Expression> otherwise = tokens.takesName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Choice(condition, value, otherwise);
        }
        return value;
    }

    /** An expression that an {@code if} behind it does not belong to. */
    Expression withoutChoice() {
        Expression left = conjunction();
        while (tokens.takesName("or")) {
            left = new Expression.Or(left, conjunction());
        }
        return left;
    }

    /** An expression, or several with commas between them, which make a list. */
    Expression tuple() {
        Expression first = expression();
        if (!tokens.isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.takesOperator(",")) {
            items.add(expression());
        }
        return new Expression.Items(items);
    }

    private Expression conjunction() {
        Expression left = negation();
        while (tokens.takesName("and")) {
            left = new Expression.And(left, negation());
        }
        return left;
    }

    private Expression negation() {
        return tokens.takesName("not") ? new Expression.Not(negation()) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Link> links = new ArrayList<>();
        while (true) {
            if (tokens.peek().kind() == Token.Kind.OPERATOR
                    && COMPARISONS.contains(tokens.peek().text())) {
                links.add(new Expression.Link(tokens.take().text(), sum()));
            } else if (tokens.takesName("in")) {
                links.add(new Expression.Link("in", sum()));
            } else if (tokens.isName("not") && tokens.peekSecond().is(Token.Kind.NAME, "in")) {
                tokens.take();
                tokens.take();
                links.add(new Expression.Link("not in", sum()));
            } else {
                return links.isEmpty() ? first : new Expression.Comparison(first, links);
            }
        }
    }

    private Expression sum() {
        Expression left = joined();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = new Expression.Binary(tokens.take().text(), left, joined());
        }
        return left;
    }

    private Expression joined() {
        Expression left = product();
        while (tokens.takesOperator("~")) {
            left = new Expression.Binary("~", left, product());
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (tokens.isOperator("*") || tokens.isOperator("/") || tokens.isOperator("//") || tokens.isOperator("%")) {
            left = new Expression.Binary(tokens.take().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = signed(true);
        while (tokens.takesOperator("**")) {
            left = new Expression.Binary("**", left, signed(true));
        }
        return left;
    }

    private Expression signed(boolean filtered) {
        Expression value;
        if (tokens.takesOperator("-")) {
            value = new Expression.Negative(signed(false));
        } else if (tokens.takesOperator("+")) {
            value = signed(false);
        } else {
            value = primary();
        }
        return filtered ? filters(postfix(value)) : postfix(value);
    }

    private Expression primary() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> name(tokens.take().text());
            case STRING -> {
                StringBuilder text = new StringBuilder();
                while (tokens.peek().kind() == Token.Kind.STRING) {
                    text.append(tokens.take().text());
                }
                yield new Expression.Literal(text.toString());
            }
            case INTEGER -> new Expression.Literal(Long.valueOf(tokens.take().text()));
            case FLOAT -> new Expression.Literal(Double.valueOf(tokens.take().text()));
            case OPERATOR -> bracketed();
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, STATEMENT_BEGIN, STATEMENT_END, END ->
                throw tokens.unexpected("an expression");
        };
    }

    private Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> new Expression.Literal(Nothing.NONE);
            default -> new Expression.Name(name);
        };
    }

    private Expression bracketed() {
        if (tokens.takesOperator("(")) {
            if (tokens.takesOperator(")")) {
                return new Expression.Items(List.of());
            }
            Expression first = expression();
            if (tokens.isOperator(",")) {
                tokens.take();
                return new Expression.Items(items(first, ")"));
            }
            tokens.expectOperator(")");
            return first;
        }
        if (tokens.takesOperator("[")) {
            return new Expression.Items(items(null, "]"));
        }
        if (tokens.takesOperator("{")) {
            return entries();
        }
        throw tokens.unexpected("an expression");
    }

    private List<Expression> items(Expression first, String end) {
        List<Expression> items = new ArrayList<>();
        if (first != null) {
            items.add(first);
        }
        while (!tokens.takesOperator(end)) {
            items.add(expression());
            if (!tokens.isOperator(end)) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private Expression entries() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.takesOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expression.Entries(keys, values);
    }

    /** Attributes, items and calls. */
    private Expression postfix(Expression base) {
        Expression value = base;
        while (true) {
            if (tokens.takesOperator(".")) {
                Token token = tokens.peek();
                value = token.kind() == Token.Kind.INTEGER
                        ? new Expression.Item(value, primary())
                        : new Expression.Attribute(value, tokens.expectAnyName());
            } else if (tokens.takesOperator("[")) {
                value = subscript(value);
            } else if (tokens.takesOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression base) {
        Optional<Expression> from = tokens.isOperator(":") ? Optional.empty() : Optional.of(expression());
        if (from.isPresent() && tokens.takesOperator("]")) {
            return new Expression.Item(base, from.get());
        }
        tokens.expectOperator(":");
        Optional<Expression> to = bound();
        Optional<Expression> step = tokens.takesOperator(":") ? bound() : Optional.empty();
        tokens.expectOperator("]");
        return new Expression.Slice(base, from, to, step);
    }

    private Optional<Expression> bound() {
        return tokens.isOperator(":") || tokens.isOperator("]") ? Optional.empty() : Optional.of(expression());
    }

    /** Behind an opening parenthesis. */
    private Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.takesOperator(")")) {
            if (tokens.peek().kind() == Token.Kind.NAME && tokens.peekSecond().is(Token.Kind.OPERATOR, "=")) {
                String name = tokens.take().text();
                tokens.take();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(positional, named);
    }

    private Expression filters(Expression base) {
        Expression value = base;
        while (true) {
            if (tokens.takesOperator("|")) {
                value = filter(value);
            } else if (tokens.takesName("is")) {
                value = test(value);
            } else if (tokens.takesOperator("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression filter(Expression base) {
        Token name = tokens.expect(Token.Kind.NAME, "a filter");
        Filters.check(name);
        return new Expression.Filtered(base, name.text(), tokens.takesOperator("(") ? arguments() : Arguments.NONE);
    }

    private Expression test(Expression base) {
        boolean negated = tokens.takesName("not");
        Token name = tokens.expect(Token.Kind.NAME, "a test");
        Tests.check(name);
        Arguments arguments = Arguments.NONE;
        if (tokens.takesOperator("(")) {
            arguments = arguments();
        } else if (beginsArgument()) {
            arguments = new Arguments(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Expression.Test(base, name.text(), arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean beginsArgument() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> !CONNECTIVES.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, STATEMENT_BEGIN, STATEMENT_END, END -> false;
        };
    }
}
