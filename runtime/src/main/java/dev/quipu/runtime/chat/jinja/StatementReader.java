package dev.quipu.runtime.chat.jinja;

import dev.quipu.dsl.QuipuException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a template's statements. What is not known is refused by its name. */
final class StatementReader {
    private final TokenStream tokens;
    private final ExpressionReader expressions;

    private StatementReader(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionReader(tokens);
    }

    static List<Statement> read(String template) {
        StatementReader reader = new StatementReader(new TokenStream(TemplateLexer.tokens(template)));
        List<Statement> body = reader.body(Set.of());
        reader.tokens.expect(Token.Kind.END, "text, {{ or {%");
        return body;
    }

    /** Statements up to one of some words, which is taken with the delimiter before it, or to the end. */
    private List<Statement> body(Set<String> ends) {
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.kind() == Token.Kind.TEXT) {
                body.add(new Statement.Text(tokens.take().text()));
            } else if (token.kind() == Token.Kind.OUTPUT_BEGIN) {
                tokens.take();
                body.add(new Statement.Output(expressions.tuple(), token.line()));
                tokens.expect(Token.Kind.OUTPUT_END, "\"}}\"");
            } else if (token.kind() == Token.Kind.STATEMENT_BEGIN) {
                if (ends.contains(tokens.peekSecond().text())) {
                    tokens.take();
                    return body;
                }
                tokens.take();
                body.add(statement());
            } else if (ends.isEmpty()) {
                return body;
            } else {
                throw tokens.unexpected(
                        "{% " + String.join(" %} or {% ", ends.stream().sorted().toList()) + " %}");
            }
        }
    }

    /** Behind the opening of a tag. */
    private Statement statement() {
        Token word = tokens.expect(Token.Kind.NAME, "a statement");
        return switch (word.text()) {
            case "if" -> conditional(word.line());
            case "for" -> loop(word.line());
            case "set" -> set(word.line());
            case "macro" -> macro(word.line());
            case "generation" -> {
                endTag();
                yield new Statement.Marked(block("endgeneration"));
            }
            case "break" -> {
                endTag();
                yield new Statement.Break();
            }
            case "continue" -> {
                endTag();
                yield new Statement.Continue();
            }
            default ->
                throw QuipuException.of(
                        "a statement that is supported: if, for, set, macro, break, continue, generation",
                        "\"" + word.text() + "\"",
                        "chat template, line " + word.line(),
                        "give a template by name with --chat-template");
        };
    }

    private void endTag() {
        tokens.expect(Token.Kind.STATEMENT_END, "\"%}\"");
    }

    private List<Statement> block(String end) {
        List<Statement> body = body(Set.of(end));
        tokens.expectName(end);
        endTag();
        return body;
    }

    private Statement conditional(int line) {
        List<Statement.Branch> branches = new ArrayList<>();
        Expression condition = expressions.tuple();
        endTag();
        while (true) {
            List<Statement> body = body(Set.of("elif", "else", "endif"));
            branches.add(new Statement.Branch(condition, body, line));
            if (tokens.takesName("elif")) {
                condition = expressions.tuple();
                endTag();
            } else if (tokens.takesName("else")) {
                endTag();
                return new Statement.If(branches, block("endif"));
            } else {
                tokens.expectName("endif");
                endTag();
                return new Statement.If(branches, List.of());
            }
        }
    }

    private Statement loop(int line) {
        List<String> targets = targets();
        tokens.expectName("in");
        Expression items = expressions.withoutChoice();
        Optional<Expression> condition =
                tokens.takesName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        endTag();
        List<Statement> body = body(Set.of("else", "endfor"));
        if (tokens.takesName("else")) {
            endTag();
            return new Statement.For(targets, items, condition, body, block("endfor"), line);
        }
        tokens.expectName("endfor");
        endTag();
        return new Statement.For(targets, items, condition, body, List.of(), line);
    }

    private List<String> targets() {
        boolean parenthesis = tokens.takesOperator("(");
        List<String> targets = new ArrayList<>(List.of(tokens.expectAnyName()));
        while (tokens.takesOperator(",")) {
            targets.add(tokens.expectAnyName());
        }
        if (parenthesis) {
            tokens.expectOperator(")");
        }
        return targets;
    }

    private Statement set(int line) {
        List<String> targets = targets();
        Optional<String> attribute = tokens.takesOperator(".") ? Optional.of(tokens.expectAnyName()) : Optional.empty();
        if (targets.size() == 1 && attribute.isEmpty() && tokens.peek().kind() == Token.Kind.STATEMENT_END) {
            endTag();
            return new Statement.Capture(targets.getFirst(), block("endset"));
        }
        tokens.expectOperator("=");
        Expression value = expressions.tuple();
        endTag();
        return new Statement.Set(targets, attribute, value, line);
    }

    private Statement macro(int line) {
        String name = tokens.expectAnyName();
        List<Statement.Parameter> parameters = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.takesOperator(")")) {
            String parameter = tokens.expectAnyName();
            Optional<Expression> usual =
                    tokens.takesOperator("=") ? Optional.of(expressions.expression()) : Optional.empty();
            parameters.add(new Statement.Parameter(parameter, usual));
            if (!tokens.isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        endTag();
        return new Statement.Macro(name, parameters, block("endmacro"), line);
    }
}
